import { holdToContract } from '../../drivers/contract.ts'
import { ccidBench } from './ccid-bench.ts'

holdToContract(ccidBench)

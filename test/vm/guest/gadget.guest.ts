import { holdToContract } from '../../drivers/contract.ts'
import { holdToEndurance } from './endurance.ts'
import { holdToPermissions } from './forbidden.ts'
import { gadgetBench } from './gadget-bench.ts'

holdToContract(gadgetBench)
holdToEndurance(gadgetBench)
holdToPermissions(gadgetBench)

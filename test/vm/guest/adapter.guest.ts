import { holdToContract } from '../../drivers/contract.ts'
import { adapterBench } from './adapter-bench.ts'
import { holdToEndurance } from './endurance.ts'
import { holdToPermissions } from './forbidden.ts'

holdToContract(adapterBench('pn532'))
holdToContract(adapterBench('rcs620s'))
holdToEndurance(adapterBench('pn532'))
holdToPermissions(adapterBench('pn532'))

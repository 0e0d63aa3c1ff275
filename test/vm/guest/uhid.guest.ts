import { vivopayUhidBench } from '../../drivers/benches/vivopay-uhid.ts'
import { holdToContract } from '../../drivers/contract.ts'
import { holdToEndurance } from './endurance.ts'
import { holdToPermissions } from './forbidden.ts'

holdToContract(vivopayUhidBench)
holdToEndurance(vivopayUhidBench)
holdToPermissions(vivopayUhidBench)

import { vivopayBench } from './benches/vivopay.ts'
import { holdToContract } from './contract.ts'

holdToContract(vivopayBench)

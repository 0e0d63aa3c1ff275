export { type PrivatePcscd, startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'

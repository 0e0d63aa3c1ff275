import type { Driver } from './driver.ts'
import { pcsc } from './pcsc.ts'
import { sim } from './sim.ts'

/** Every family of devices that can be driven. A list, not a registry: nothing runs on import. */
export const drivers = [pcsc, sim] as const

/** Undefined where there is no such driver. */
export const driverNamed = (name: string): Driver | undefined =>
  drivers.find((driver) => driver.name === name)

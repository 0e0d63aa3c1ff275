import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'

const USAGE = 'onshi-agent inventory [--config FILE] [--json|--csv]'
const options = {
  ...configOption,
  json: { type: 'boolean', default: false },
  csv: { type: 'boolean', default: false },
} as const

/**
 * `onshi-agent inventory`: this box as a line of the clinic's register of machines. On paper for the
 * clinic: it has what health and bundle must not, お客様ID and serial numbers. Throws `USAGE`, and what
 * is wrong with the configuration.
 */
export async function inventoryCommand(args: readonly string[]): Promise<string> {
  const { values } = parsedArgs({ args: [...args], options }, USAGE)
  if (values.json && values.csv) throw wrongUsage(USAGE, '--json and --csv: one of the two')
  const { gatherInventory } = await import('./inventory.ts')
  const inventory = await gatherInventory(values.config)
  if (values.json) return pretty(inventory)
  const { inventoryCsv, inventoryPage } = await import('./inventory-text.ts')
  return values.csv ? inventoryCsv(inventory) : inventoryPage(inventory)
}

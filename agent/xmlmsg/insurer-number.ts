/**
 * 保険者番号, for comparing: without padding and leading zeros. Answers pad a number of fewer than
 * eight digits with spaces on the left; some software sends and stores zeros there.
 */
export function normalInsurerNumber(insurerNumber: string): string {
  return insurerNumber.trim().replace(/^0+(?=.)/, '')
}

/** 保険者番号 as requests carry it: eight wide, padded with spaces on the left. */
export function paddedInsurerNumber(insurerNumber: string): string {
  return insurerNumber.trim().padStart(8, ' ')
}

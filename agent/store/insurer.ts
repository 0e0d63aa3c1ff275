import type { OfficialResult } from '../kernel/official.ts'

/** 医療扶助 stands beside an insurer, it is none. [eligibility messages, 2.4] */
export const isAid = ({
  insuredCardClassification,
}: Pick<OfficialResult, 'insuredCardClassification'>): boolean => insuredCardClassification === 'A1'

/** A number for comparing: padding, leading zeros and width say nothing. [eligibility messages, 1.3] */
export const plainNumber = (number = ''): string =>
  number.normalize('NFKC').trim().replace(/^0+/, '')

/** Whether every character is full-width (全角). */
export const isFullWidth = (text: string): boolean =>
  ![...text].some((char) => char <= '\u007f' || /[\u00a5\u203e\uff61-\uff9f]/.test(char))

/** Whether every character is printable and half-width (半角). */
export const isHalfWidth = (text: string): boolean => /^[\u0020-\u007e]*$/.test(text)

/** The longest name, in characters. Assumption `lengths`. */
export const NAME_LENGTH = 25

/** The conversion ※１ of the API page: half-width spaces only. */
export const withWideSpaces = (text: string): string => text.replaceAll(' ', '　')

/**
 * The conversion ※２ of the API page: half-width characters. What has no full-width form (a control
 * character) stays, and is refused by those who look afterwards.
 */
export const widened = (text: string): string =>
  withWideSpaces(text)
    .replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
    .replace(/[\uff61-\uff9f]+/g, (kana) => kana.normalize('NFKC'))

import type { Page } from 'playwright-core'

/**
 * Latin that staff read as what it is: a word of every day, a key, a unit, a format, or the name of
 * this program, which they say on the phone.
 */
const KNOWN = [
  'PIN|CSV|ID|LAN|ONU|PC|USB|OS|IT|IP|QR|FAX|URL|DNS|TLS|JPEG|PNG',
  'Enter|Esc|Tab|Shift|Alt|Ctrl|F\\d+',
  'ms|kB|MB|GB|VPN|IPv[46]|onshi-agent|Windows|Excel|JavaScript',
].join('|')
/** What is read over the phone, `K101`, `A01`, `E699`, and a birth date as people type it, `S550502`. */
const CODE = '[A-Z]\\d{1,3}|[MTSHR]\\d{6}'

/** Runs in the page, which has a policy against `eval`: by the debugger. */
const READ = `(() => {
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true })
  const isOfData = (element) => element.closest('[translate="no"], code, script, style') !== null
  const texts = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode
    if (!isOfData(parentElement) && isSeen(parentElement)) texts.push(data)
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    if (!isOfData(element))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        texts.push(element.getAttribute(name) ?? '')
  return [...texts, document.title]
})()`

/** What stands on the page and is not Japanese, word by word with its sentence; expected empty. */
export async function foreignWords(page: Page): Promise<readonly string[]> {
  const isKnown = new RegExp(`^(?:${KNOWN}|${CODE})$`)
  const texts = await page.evaluate<readonly string[]>(READ)
  return texts.flatMap((text) =>
    (text.normalize('NFKC').match(/[A-Za-z][\w-]+/g) ?? [])
      .filter((word) => !isKnown.test(word))
      .map((word) => `${word} in ${text.trim()}`),
  )
}

/** Runs in the page: what is wider than the window and cannot be scrolled by itself, and by how much. */
const BEYOND = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  return [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
    .map((element) => element.tagName + '.' + element.className + '#' + element.id)
    .slice(0, 5)
})()`

/** What of the page can only be reached by scrolling sideways; expected empty. */
export const wideParts = (page: Page): Promise<readonly string[]> => page.evaluate(BEYOND)

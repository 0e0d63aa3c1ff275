import type { Refusal } from './refusals.ts'

/** A clinic that asks through the folders of its terminal, without a mistake. */
export const goodTerminal = `
[institution]
code = "1312345678"

[store]
key_file = "store.key"

[gateway]
via = "terminal"

[terminal]
root = "oqs"
`
const without = (text: string) => goodTerminal.replace(text, '')
const front = (text: string) => `${goodTerminal}\n[terminal.front]\n${text}\n`

/** The official terminal's folders, each with one mistake. */
export const refusedTerminal: readonly Refusal[] = [
  {
    name: 'the terminal as the way, and no terminal',
    toml: without('[terminal]\nroot = "oqs"\n'),
    key: 'terminal',
    says: [/必要な項目/, /\[terminal\]/],
  },
  {
    name: 'a terminal without a folder',
    toml: `${without('root = "oqs"\n')}res = "res"\nface = "face"\n`,
    key: 'terminal.req',
    says: [/gateway.via = "terminal"/, /terminal.root/],
  },
  {
    name: 'a line beside the terminal',
    toml: `${goodTerminal}\n[[lines]]\nname = "ngn"\nkind = "ip-vpn"\ngateway = "https://[fd00::1]:8443"\n`,
    key: 'lines',
    says: [/組み合わせ/, /gateway.via = "lines"/],
  },
  {
    name: 'a certificate beside the terminal',
    toml: goodTerminal.replace(
      'via = "terminal"',
      'via = "terminal"\ncertificate_file = "clinic.p12"',
    ),
    key: 'gateway.certificate_file',
    says: [/組み合わせ/, /the terminal’s/],
  },
  {
    name: 'card questions through the terminal',
    toml: goodTerminal.replace('via = "terminal"', 'via = "terminal"\ncard_queries = true'),
    key: 'gateway.card_queries',
    says: [/card faces only/],
  },
  {
    name: 'an identifier of a small letter',
    toml: `${goodTerminal}identifier_letter = "a"\n`,
    key: 'terminal.identifier_letter',
    says: [/one capital letter/],
  },
  {
    name: 'a front that is the terminal itself',
    toml: front('face = "oqs/face"'),
    code: 'FOLDER_LOOP',
    key: 'terminal.front.face',
    says: [/the same place as terminal.face/],
  },
  {
    name: 'a front inside the terminal',
    toml: front('face = "oqs/res/front"'),
    code: 'FOLDER_LOOP',
    key: 'terminal.front.face',
    says: [/inside the other/],
  },
  {
    name: 'a front of nothing',
    toml: front('pass_removals = true'),
    key: 'terminal.front.root',
    says: [/必要な項目/],
  },
]

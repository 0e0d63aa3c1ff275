import { isIP } from 'node:net'
import type { Answers } from './answers.ts'
import { isDate } from './clinic.ts'
import { type Finding, finding, mistake, show } from './fault.ts'
import { hostOf } from './line-card.ts'
import { defaultAddress, parseListenAddress } from './listen.ts'
import { aboutRecipient } from './recipient.ts'
import { parseSource } from './sources.ts'

const together = '組み合わせが違います。'
const misshapen = '値の形が違います。'
const missing = '必要な項目がありません。'

/** What no schema can say of the answers, also of a half of them. Pure. */
export function aboutAnswers(answers: Answers): Finding[] {
  return [
    ...aboutCode(answers.institution?.code),
    ...aboutWay(answers),
    ...aboutShare(answers.terminal ?? {}),
    ...aboutAccount(answers.account ?? {}),
    ...aboutNetwork(answers.network ?? {}),
    ...aboutRecipient(answers.backup?.recipient),
    ...(answers.consumers ?? []).flatMap((one, i) => aboutConsumer(one, `consumers[${i}]`)),
    ...twice(answers.consumers ?? [], 'consumers'),
    ...twice(answers.readers ?? [], 'readers'),
    ...twice(answers.lines ?? [], 'lines'),
  ]
}

/** The code begins with one of the 47 prefectures. */
function aboutCode(code: string | undefined): Finding[] {
  if (code === undefined || /^(0[1-9]|[1-3]\d|4[0-7])/.test(code)) return []
  const write = 'ten digits that begin with the number of the prefecture, 01 to 47'
  return [mistake('institution.code', misshapen, show(code), write)]
}

function aboutWay(answers: Answers): Finding[] {
  const { way } = answers
  if (way === undefined) return []
  const foreign =
    way === 'terminal' ? (['lines', 'certificate', 'account'] as const) : (['terminal'] as const)
  return foreign
    .filter((key) => answers[key] !== undefined)
    .map((key) => {
      const write = way === 'terminal' ? 'no such table, or way = "web-api"' : 'no [terminal]'
      return mistake(key, together, `a table that way = "${way}" has no use for`, write)
    })
}

function aboutShare(terminal: Partial<NonNullable<Answers['terminal']>>): Finding[] {
  const { share, folder, certificate_expires: end } = terminal
  const both = share !== undefined && folder !== undefined
  return [
    ...(both
      ? [
          mistake(
            'terminal.folder',
            together,
            'both `share` and `folder`',
            '`share` to have it mounted, `folder` for one that is there',
          ),
        ]
      : []),
    ...(end !== undefined && !isDate(end)
      ? [mistake('terminal.certificate_expires', misshapen, show(end), 'a day of the calendar')]
      : []),
  ]
}

/** Names that people give a master or an administrator account. The form of official ids is not public. */
const MASTER = /master|mst(?![a-z])|マスタ|admin|管理者|root/i

const WHY =
  'the master account makes and resets every other account: a program that holds it, or locks it by a wrong password, puts the whole clinic out'
const INSTEAD =
  'the Web API account (Web API用アカウント), which the administrator account of the clinic makes on the official page, with kind = "web-api"'

function aboutAccount({ kind, user }: NonNullable<Answers['account']>): Finding[] {
  const code = 'ACCOUNT_NOT_FOR_PROGRAMS'
  if (kind !== undefined && kind !== 'web-api')
    return [finding(code, 'account.kind', `the kind "${kind}" (${WHY})`, INSTEAD)]
  if (user !== undefined && MASTER.test(user.normalize('NFKC')))
    return [
      finding(
        code,
        'account.user',
        `a user id that reads like a master account’s (${WHY})`,
        INSTEAD,
      ),
    ]
  return []
}

type Network = NonNullable<Answers['network']>

function aboutNetwork(network: Network): Finding[] {
  const { certificate_file: certificate, key_file: key } = network
  const sources = (['allow', 'monitor_from'] as const).flatMap((name) =>
    aboutSources(network[name], `network.${name}`),
  )
  const found = [...sources, ...aboutAddress(network), ...aboutEveryone(network)]
  if ((certificate === undefined) === (key === undefined)) return found
  const lacking = certificate === undefined ? 'certificate_file' : 'key_file'
  return [...found, mistake(`network.${lacking}`, missing, 'nothing', 'the other of the two too')]
}

/** The machine itself always asks over plain HTTP on its loopback, also setup: nothing may bar it there. */
function aboutAddress(network: Network): Finding[] {
  const { address = defaultAddress } = network
  const parsed = parseListenAddress(address)
  if (parsed === undefined || parsed.wildcard) {
    const write =
      'the IP address (no name) that this machine has in the clinic’s network, and a port up to 65535, "192.168.1.10:8480"'
    return [mistake('network.address', misshapen, show(address), write)]
  }
  if (!parsed.loopback) return []
  return (['allow', 'certificate_file'] as const)
    .filter((key) => network[key] !== undefined)
    .map((key) =>
      mistake(
        `network.${key}`,
        together,
        `a key for the clinic’s network, and an address (${address}) that only this machine reaches`,
        'network.address too, "192.168.1.10:8480", or neither of them',
      ),
    )
}

function aboutEveryone({ allow = [] }: Network): Finding[] {
  return allow.flatMap((one, i) =>
    parseSource(one)?.prefix === 0
      ? [
          mistake(
            `network.allow[${i}]`,
            misshapen,
            show(one),
            'the addresses of the clinic alone, "192.168.1.0/24"',
          ),
        ]
      : [],
  )
}

function aboutConsumer(
  { url, sink, networks }: NonNullable<Answers['consumers']>[number],
  at: string,
): Finding[] {
  const host = url === undefined ? undefined : hostOf(url)
  if (url !== undefined && host === undefined)
    return [
      mistake(`${at}.url`, misshapen, 'what is no URL', 'a URL, "http://orca.clinic.lan:8000"'),
    ]
  if (host !== undefined && networks === undefined && isIP(host) === 0)
    return [
      mistake(
        `${at}.networks`,
        missing,
        'nothing',
        `the addresses where ${host} may be, ["192.168.1.20"]`,
      ),
    ]
  if (sink !== undefined && sink !== 'face-folder' && url === undefined)
    return [mistake(`${at}.url`, missing, 'nothing', `the URL that sink "${sink}" is at`)]
  return aboutSources(networks, `${at}.networks`)
}

function aboutSources(entries: readonly string[] | undefined, key: string): Finding[] {
  return (entries ?? []).flatMap((one, i) =>
    parseSource(one) === undefined
      ? [mistake(`${key}[${i}]`, misshapen, show(one), 'an address or a CIDR block')]
      : [],
  )
}

function twice(items: readonly { readonly name: string }[], key: string): Finding[] {
  return items.flatMap(({ name }, i) =>
    items.findIndex((other) => other.name === name) === i
      ? []
      : [mistake(`${key}[${i}].name`, '同じ名前が二度あります。', show(name), 'another name')],
  )
}

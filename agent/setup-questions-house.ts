import { answerAt } from '../config/answer-one.ts'
import { parseListenAddress } from '../config/listen.ts'
import type { Table } from '../config/shape.ts'
import { type Question, question } from './setup-question.ts'

/** Pure. What does not depend on the way: readers, network, backup, who reads, the first administrator. */
export function ofHouse(draft: Table): Question[] {
  const network = question('network')
  const consumers = answerAt(draft, 'consumers')
  const count = Array.isArray(consumers) ? consumers.length : 0
  const address = answerAt(draft, 'network.address')
  const isOpen = typeof address === 'string' && parseListenAddress(address)?.loopback === false
  return [
    {
      ...question('readers')('readers', 'カードリーダーの名前', 'names of the readers'),
      kind: 'readers',
      help: '上の順に、空白で区切って名前を付けます。使わないときは none。',
    },
    network(
      'network.address',
      '院内ネットワークで待つアドレス（この機器だけなら Enter）',
      'address to listen on, or Enter',
      {
        isOptional: true,
        help: '例 192.168.1.10:8480',
      },
    ),
    ...(isOpen
      ? [
          network('network.allow', '接続を許すパソコンのアドレス', 'who may connect', {
            kind: 'list',
            help: '例 192.168.1.20 192.168.1.0/28',
          }),
          network(
            'network.certificate_file',
            'サーバー証明書（PEM。この機器で作るなら Enter）',
            'TLS certificate, or Enter to make one here',
            {
              isOptional: true,
              help: 'Enter: この機器が小さな認証局（CA）を作ります。最後に出るフィンガープリントを確かめて、各パソコンに ca.crt を入れます。',
            },
          ),
          ...(answerAt(draft, 'network.certificate_file') === undefined
            ? []
            : [network('network.key_file', 'その秘密鍵（PEM）', 'its private key')]),
        ]
      : []),
    question('backup')(
      'backup.target',
      'バックアップの保存先（この機器だけなら Enter）',
      'where backups go beside this machine, or Enter',
      {
        isOptional: true,
        help: '共有フォルダーや USB メモリーをつないだ場所。例 /srv/onshi-agent/backup　なければ警告が出続けます。',
      },
    ),
    ...Array.from({ length: count + 1 }, (_, i) => ofConsumer(draft, i)).flat(),
    question('staff')(
      'staff.name',
      '最初の管理者（院内IT）の氏名',
      'name of the first administrator',
      {
        help: '画面にサインインし、ほかの職員を登録する人です。',
      },
    ),
  ]
}

function ofConsumer(draft: Table, i: number): Question[] {
  const ask = question('consumers')
  const head = ask(
    `consumers[${i}].name`,
    i === 0 ? '結果を読むレセコン・電子カルテの名前（なければ Enter）' : 'ほかにあれば、その名前',
    'name of a receipt computer or EHR, or Enter',
    {
      isOptional: true,
      help: '例 receipt-computer　配信先（ORCA など）は後から consumer add で足せます。',
    },
  )
  if (answerAt(draft, head.key) === undefined) return [head]
  return [
    head,
    ask(`consumers[${i}].role`, 'その役割', 'its role', {
      choices: ['receipt-computer', 'ehr', 'billing', 'it'],
      labels: {
        'receipt-computer': 'レセコン',
        ehr: '電子カルテ',
        billing: '医事',
        it: '院内IT・監視',
      },
    }),
  ]
}

/** Pure. The card face of the first verification. */
export function ofFirst(): Question[] {
  const ask = question('first')
  return [
    ask('first.insurerNumber', '開通確認：保険者番号', 'first verification: insurer number', {
      help: '手元の資格確認書などで一度だけ照会します。入力した内容は保存されません。',
    }),
    ask('first.insuredCardSymbol', '記号', 'symbol', { isOptional: true }),
    ask('first.insuredIdentificationNumber', '番号', 'number'),
    ask('first.insuredBranchNumber', '枝番', 'branch number', { isOptional: true }),
    ask('first.birthdate', '生年月日', 'birth date', { help: '例 19800502、S550502' }),
  ]
}

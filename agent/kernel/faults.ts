/**
 * Every operational fault that the agent can report, as data.
 *
 * `number` is what is read over the phone: never reused, and unique over faults, conditions,
 * advisories and what the desk says of results, so that a misheard letter does no harm. The letter
 * keeps it apart from a face reader's own 001, 002. Codes are public: add freely, never rename. Each
 * has a section in systemd/RUNBOOK.md; test/documents.test.ts keeps the two in step.
 */
export interface Fault {
  readonly number: `E${number}`
  /** Status of the local API's answer when this fault reaches it. */
  readonly http: number
  /** What happened, for reception staff. */
  readonly title: string
  /** What to do next, for reception staff. */
  readonly action: string
  /** What to do next, for operators. */
  readonly hint: string
}

const fault = (
  number: Fault['number'],
  http: number,
  title: string,
  action: string,
  hint: string,
): Fault => ({ number, http, title, action, hint })

// biome-ignore format: a table; one fault a row reads best
export const faults = {
  CONFIG_UNREADABLE: fault('E201', 500, '設定ファイルを読めません。', '保守業者に連絡してください。', 'Create the file, or name another one with --config.'),
  CONFIG_INVALID: fault('E202', 500, '設定に誤りがあります。', '保守業者に連絡してください。', 'Correct the keys that are named, then run with --check.'),
  SECRET_EXPOSED: fault('E203', 500, '秘密のファイルを他の利用者が読めます。', '保守業者に連絡してください。', 'chmod 0600 the file and give it to the user that runs the agent.'),
  LISTEN_UNSAFE: fault('E204', 500, '受付アドレスの設定が安全ではありません。', '保守業者に連絡してください。', 'Listen on 127.0.0.1, or set both `allow` and `tls`, or accept the risk with `insecure_lan = true`.'),
  CERTIFICATE_UNREADABLE: fault('E205', 500, '電子証明書を読めません。', '保守業者に連絡してください。', 'Name a PKCS#12 file that holds the key with its certificate, and CA files in PEM.'),
  CERTIFICATE_PASSPHRASE_WRONG: fault('E206', 500, '電子証明書のパスワードが違います。', '電子証明書発行通知書のパスワードを確認してください。', 'Correct the passphrase file.'),
  STORE_KEY_WRONG: fault('E207', 500, 'データベースの鍵が違います。', '保守業者に連絡してください。', 'Restore the key that made this database; without it the data cannot be read.'),
  LISTEN_FAILED: fault('E208', 500, '受付アドレスを使えません。', '保守業者に連絡してください。', 'Another program holds the address, or this machine does not have it.'),
  SECRET_UNREADABLE: fault('E209', 500, '秘密のファイル（鍵・パスワード）を読めません。', '保守業者に連絡してください。', 'Name a file that the agent’s user can read and that holds what the key says.'),
  FOLDER_LOOP: fault('E210', 500, '監視するフォルダーと書き込むフォルダーが同じです。', '保守業者に連絡してください。', 'A folder that is watched (`[terminal]`) and one that is written (`[terminal.front]`, a `face-folder` sink) are the same place: what was written would be taken in again. Name two.'),

  READER_GONE: fault('E301', 503, 'カードリーダーが見つかりません。', 'カードリーダーのケーブルを差し直してください。', 'Reseat the cable of the named reader; `onshi-agent readers` lists what is plugged in.'),
  READER_HUNG: fault('E302', 503, 'カードリーダーが応答しません。', '自動で復旧します。続くときはケーブルを差し直してください。', 'The driver child was killed and is started again.'),
  READER_SERVICE_DOWN: fault('E303', 503, 'カードリーダーの制御プログラムが停止しています。', '自動で復旧します。続くときは保守業者に連絡してください。', 'systemctl status pcscd; reading goes on by itself when it is back.'),
  DRIVER_UNAVAILABLE: fault('E304', 503, 'カードリーダーの部品（ドライバー）を読み込めません。', '保守業者に連絡してください。', 'Install the library that the message names.'),
  READER_FORBIDDEN: fault('E305', 503, 'カードリーダーを開く権限がありません。', '保守業者に連絡してください。', 'The agent’s user may not open the device: udev rules, group, DeviceAllow.'),
  READER_BUSY: fault('E306', 503, 'カードリーダーは別のプログラムが使用中です。', '自動で復旧します。続くときは保守業者に連絡してください。', 'Another program, or another `[[readers]]`, holds the device.'),
  CARD_GONE: fault('E311', 409, '読み取りの途中でカードが離れました。', 'もう一度カードを置いていただいてください。', 'Present the card again.'),
  CARD_UNRESPONSIVE: fault('E312', 409, 'カードが応答しません。', 'カードを置き直すか、ほかのカードや携帯電話を離していただいてください。', 'Present the card again, alone.'),
  CARD_UNREADABLE: fault('E313', 409, 'カードの内容を読み取れません。', '別のカードで試し、読めればカード側の問題です。', 'Try another card to tell card from reader.'),
  TWO_CARDS: fault('E314', 409, 'カードが二枚置かれています。', '一枚だけ置いていただいてください。', 'Leave one card on the reader.'),
  CARD_PIN_REQUIRED: fault('E315', 409, 'カードの暗証番号の確認が必要です。', 'リーダーでの暗証番号入力、顔認証、または目視確認を行ってください。', 'The card signs only after PIN entry in the reader; this reader has no PIN pad.'),
  CARD_PIN_WRONG: fault('E316', 409, '暗証番号が違います。', '残り回数を伝え、ご本人の希望でもう一度入力するか、顔認証または目視確認に切り替えてください。', 'The card refused the PIN; `triesLeft` tries remain. Nothing is tried again by itself.'),
  CARD_PIN_LAST_TRY: fault('E317', 409, '暗証番号はあと1回で使えなくなるため、入力しません。', '顔認証または目視確認を行ってください。', 'One try is left; a wrong one would lock the card until a municipal counter resets it, so none is made.'),
  CARD_PIN_BLOCKED: fault('E318', 409, 'このカードの暗証番号はロックされています。', '顔認証または目視確認を行ってください。ロックの解除は市区町村の窓口です。', 'No try is left.'),
  CARD_PIN_UNUSABLE: fault('E319', 409, 'このカードは暗証番号を使えません。', '顔認証または目視確認を行ってください。', 'The card has no usable authentication PIN (顔認証マイナンバーカード), or does not say how many tries are left.'),
  PIN_ENTRY_CANCELLED: fault('E320', 409, '暗証番号の入力が取り消されました。', 'もう一度お願いするか、顔認証または目視確認を行ってください。', 'The holder pressed cancel on the reader’s pad; no try was used.'),
  PIN_ENTRY_TIMEOUT: fault('E321', 409, '暗証番号が時間内に入力されませんでした。', 'もう一度お願いするか、顔認証または目視確認を行ってください。', 'Nothing was entered on the reader’s pad in time; no try was used.'),

  LINE_UNREACHABLE: fault('E401', 503, '回線がつながりません。', 'ルーターと ONU の電源を確認してください。', 'Check the router of the named line.'),
  LINE_TIMEOUT: fault('E402', 504, '回線の応答がありません。', 'しばらく待ってもう一度照会してください。', 'Check the carrier of the named line.'),
  LINE_BROKEN: fault('E403', 502, '通信が途中で切れました。', 'もう一度照会してください。', 'The connection was cut before the answer was whole.'),
  LINE_LINK_DOWN: fault('E404', 503, '回線のLANケーブルがつながっていません。', 'LANケーブルと、ルーター・ONU の電源を確認してください。', 'The interface of the named line has no carrier: cable, switch, router or ONU.'),
  LINE_ADDRESS_MISSING: fault('E405', 503, '回線のアドレスが割り当てられていません。', 'ルーターの電源を入れ直し、続くときは回線の窓口へ連絡してください。', 'The interface of the named line has no usable address: no router advertisement, or another prefix than `prefix`.'),
  LINE_ROUTER_GONE: fault('E406', 503, '回線のルーターが応答しません。', 'ルーターの電源を入れ直してください。', 'No route leads from the line’s address to the gateway, or its router does not answer.'),
  LINE_NAME_UNRESOLVED: fault('E407', 503, '接続先の名前を解決できません（DNS）。', '回線の窓口へ連絡してください。', 'The line’s DNS servers do not answer, or do not know the gateway’s name.'),
  LINE_AUTH_LOST: fault('E408', 503, '回線認証が切れています。', '回線認証をもう一度行ってください。', 'A page came instead of an answer, or the gateway is shut off while the line lives: repeat the line authentication at `line_auth_url`.'),
  LINE_MISROUTED: fault('E409', 503, '回線の経路設定に誤りがあります。', '保守業者に連絡してください。', 'Packets from the line’s address leave by another interface; `onshi-agent doctor` prints the routing that is needed.'),
  NO_LINE: fault('E410', 503, '使える回線がありません。', '資格確認書などで受付を続けてください。回線が戻ると自動で照会し直します。', 'Every line is down; `onshi-agent doctor` says why. Nothing was sent.'),
  SERVER_CERTIFICATE_UNTRUSTED: fault('E411', 502, '接続先の証明書を信頼できません。', '保守業者に連絡してください。', 'The server certificate was not issued by the pinned CA (`gateway.ca_file`).'),
  SERVER_NAME_MISMATCH: fault('E412', 502, '接続先の名前が証明書と違います。', '保守業者に連絡してください。', 'Check the gateway URL of the line and `gateway.server_name`.'),
  SERVER_CERTIFICATE_EXPIRED: fault('E413', 502, '接続先の証明書の期限が切れています。', '保守業者に連絡してください。端末の時計も確認してください。', 'Check this machine’s clock, then report it to the gateway’s operator.'),
  CLIENT_CERTIFICATE_EXPIRED: fault('E414', 502, 'この医療機関の電子証明書の期限が切れています。', '電子証明書を更新してください。', 'Renew the clinic’s certificate.'),
  CLIENT_CERTIFICATE_REFUSED: fault('E415', 502, 'この医療機関の電子証明書が受け付けられません。', '電子証明書を確認し、保守業者に連絡してください。', 'The gateway refused the client certificate: wrong issuer, revoked, or another institution’s.'),
  TLS_FAILED: fault('E416', 502, '暗号化通信を始められません。', '保守業者に連絡してください。', 'The TLS handshake failed; the message says how.'),

  CERTIFICATE_OF_ANOTHER_INSTITUTION: fault('E417', 422, '別の医療機関の電子証明書です。', '自院の電子証明書を用意してください。', 'The certificate names another 医療機関コード than `institution.code`.'),
  CERTIFICATE_KEY_MISMATCH: fault('E418', 422, '電子証明書と秘密鍵の組み合わせが違います。', '電子証明書をもう一度ダウンロードしてください。', 'The PKCS#12 holds no key that fits its certificate.'),
  CERTIFICATE_CIPHER_OLD: fault('E419', 422, '電子証明書ファイルの暗号方式が古くて開けません。', '保守業者に連絡してください。', 'Convert the file: openssl pkcs12 -legacy -in OLD -nodes | openssl pkcs12 -export -out NEW'),
  CERTIFICATE_UNTRIED: fault('E420', 409, 'この電子証明書はまだ接続を確かめていません。', '先に、この証明書での接続の確認を行ってください。', 'Run `onshi-agent cert try ID`; at least one line must accept it before it is activated.'),
  LINE_SILENT: fault('E421', 504, '回線から応答がなくなりました。', 'ルーターと ONU の電源を確認してください。', 'The line shows no sign of life: packets go out and nothing comes back.'),
  GATEWAY_UNREACHABLE: fault('E422', 503, 'オンライン資格確認システムに接続できません。', '全国的な障害の可能性があります。お知らせを確認してください。', 'The lines live and the gateway does not take connections: an outage on the official side is likely.'),
  TERMINAL_UNREACHABLE: fault('E423', 503, '資格確認端末の共有フォルダーにつながりません。', '資格確認端末の電源と、LANケーブルを確認してください。', 'The folder of `[terminal]` cannot be listed or written: terminal off, share gone, network, account.'),
  TERMINAL_SILENT: fault('E424', 503, '資格確認端末が照会を受け取りません。', '資格確認端末が起動し、連携アプリケーションが動いているか確認してください。', 'The request stayed in `req`: OQSComApp does not run. It was taken back; nothing was asked.'),
  TERMINAL_REFUSED: fault('E425', 503, '資格確認端末の共有フォルダーに書き込めません。', '保守業者に連絡してください。', 'The share’s account may not write into `req`, or it is full or read-only.'),

  GATEWAY_TIMEOUT: fault('E501', 504, 'オンライン資格確認システムから時間内に回答がありません。', 'もう一度照会してください。', 'The request went out, no answer came in time.'),
  GATEWAY_ERROR: fault('E502', 502, 'オンライン資格確認システム側の障害です。', '時間をおいて照会してください。続くときはコールセンターへ。', 'The gateway answered 5xx.'),
  GATEWAY_BUSY: fault('E503', 503, 'オンライン資格確認システムが混み合っています。', '少し待ってもう一度照会してください。', 'The gateway answered 429 or 503.'),
  GATEWAY_REFUSED: fault('E504', 502, '照会が受け付けられませんでした。', '保守業者に連絡してください。', 'The gateway answered 4xx: check path, headers and content type in `[gateway.protocol]`.'),
  LOGIN_REFUSED: fault('E505', 502, 'オンライン資格確認システムにログインできません。', 'ユーザー ID とパスワードを確認してください。', 'Correct `[gateway.account]`. A refused login is not repeated by itself, so as not to lock the account.'),
  LOGIN_PAGE: fault('E506', 502, '回答の代わりに画面（ログインや回線認証）が返されました。', '回線認証が切れていないか確認してください。', 'An HTML page came with status 200: line authentication lost, a captive page, or a wrong path.'),
  ANSWER_NOT_XML: fault('E507', 502, '回答の形式が違います。', '保守業者に連絡してください。', 'The answer is no XML message.'),
  ANSWER_MALFORMED: fault('E508', 502, '回答が壊れています。', 'もう一度照会してください。', 'The answer is truncated, badly encoded, or not an official message.'),
  ANSWER_TOO_LARGE: fault('E509', 502, '回答が大きすぎます。', '保守業者に連絡してください。', 'The answer exceeds `gateway.answer_limit_bytes`.'),
  ANSWER_OF_ANOTHER_INSTITUTION: fault('E510', 502, '別の医療機関あての回答が届きました。', '回答は表示しません。保守業者に連絡してください。', 'The answer’s MedicalInstitutionCode is not ours; it was discarded.'),
  ANSWER_OF_ANOTHER_QUESTION: fault('E511', 502, '別の照会への回答が届きました。', 'もう一度照会してください。', 'The answer’s ArbitraryFileIdentifier is not the one that was sent; it was discarded.'),
  OFFICIAL_ERROR: fault('E521', 502, 'オンライン資格確認システムがエラーを返しました。', '公式のエラーコードと文言を確認してください。', 'SegmentOfResult 9: see official.code and official.message.'),
  OFFICIAL_PERSON_ERROR: fault('E522', 502, 'この照会は処理できませんでした。', '入力内容を確認し、もう一度照会してください。', 'ProcessingResultStatus 2: see official.code and official.message.'),
  OFFICIAL_CODE_UNKNOWN: fault('E523', 502, '知らない区分の回答です。', '公式の画面で確認してください。', 'A segment, status or validity that this version does not know; the answer is kept as it came.'),
  OFFICIAL_ANSWER_INCOMPLETE: fault('E524', 502, '回答に必要な項目がありません。', '公式の画面で確認してください。', 'A valid answer without a result, or an answer without validity.'),
  CARD_QUERY_OFF: fault('E531', 409, 'カードでの照会は使えない設定です。', '資格確認書や資格情報のお知らせの番号で照会してください。', 'Whether the official side takes card queries from this agent is not public; `gateway.card_queries` is off.'),
  CARD_NEEDED: fault('E532', 409, 'カードがもう一度必要です。', 'カードを置いていただき、本人確認をやり直してください。', 'A card question is never asked again without the card.'),
  QUEUE_FULL: fault('E533', 503, '照会が混み合っています。', '少し待ってもう一度照会してください。', 'More questions wait than `gateway.queue_limit` allows.'),
  CHARACTER_UNENCODABLE: fault('E534', 422, '送れない文字があります。', '示された文字を、よく使われる字体に直してください。', 'A character has no CP932 form; nothing was replaced, nothing was sent.'),
  TERMINAL_NEEDED: fault('E535', 409, '資格確認端末の共有フォルダー経由でのみ使えます。', '保守業者に連絡してください。', 'Bulk questions and registrations go through `gateway.via = "terminal"` only; nothing is known of them over the Web API.'),
  NOT_VISIBLE_HERE: fault('E536', 409, '回線と電子証明書は資格確認端末のもので、ここからは見えません。', '資格確認端末で確認してください。', '`gateway.via` is `terminal`: lines and certificates are the terminal’s.'),

  UNAUTHENTICATED: fault('E601', 401, '認証が必要です。', '保守業者に連絡してください。', 'Send `Authorization: Bearer TOKEN`, or Basic with the token as password.'),
  FORBIDDEN: fault('E602', 403, 'この操作は許可されていません。', '保守業者に連絡してください。', 'The source address or the role does not allow this.'),
  HOST_REFUSED: fault('E603', 421, '接続先の名前が正しくありません。', '保守業者に連絡してください。', 'The Host header is not one of this listener’s; add it to `listen.hosts`.'),
  MEDIA_TYPE_REFUSED: fault('E604', 415, '送信形式が違います。', 'ソフトウェアの提供元に連絡してください。', 'Send `Content-Type: application/json` in UTF-8.'),
  BODY_TOO_LARGE: fault('E605', 413, '送信内容が大きすぎます。', 'ソフトウェアの提供元に連絡してください。', 'Requests are bounded to 64 KiB, headers to 16 KiB.'),
  REQUEST_INVALID: fault('E606', 400, '送信内容の形式が違います。', 'ソフトウェアの提供元に連絡してください。', 'The request does not fit the schema in /openapi.json.'),
  CARD_FACE_INVALID: fault('E607', 422, '入力内容に誤りがあります。', '番号と生年月日を確認してください。', 'The named fields cannot be a card face; nothing was asked.'),
  INDIVIDUAL_NUMBER_REFUSED: fault('E608', 422, '個人番号（マイナンバー）は入力できません。', '保険者番号・記号・番号を入力してください。', 'A field holds what looks like a 12-digit individual number; nothing was kept.'),
  IDEMPOTENCY_KEY_REUSED: fault('E609', 422, '同じ受付キーで別の内容が送られました。', 'ソフトウェアの提供元に連絡してください。', 'An Idempotency-Key belongs to one body for 24 hours.'),
  NOT_FOUND: fault('E610', 404, '見つかりません。', '番号を確認してください。', 'There is no such thing here.'),
  CURSOR_GONE: fault('E611', 410, '続きの位置が古すぎます。', 'ソフトウェアの提供元に連絡してください。', 'Go on from `oldest`.'),
  CURSOR_INVALID: fault('E612', 400, '続きの位置の指定が正しくありません。', 'ソフトウェアの提供元に連絡してください。', 'Pass a cursor as it was given; it is opaque.'),
  PRESENTATION_GONE: fault('E613', 410, 'カードの受付は終わっています。', 'もう一度カードを置いていただいてください。', 'The tap lapsed, or its card cannot be asked about.'),
  TOO_MANY_REQUESTS: fault('E614', 429, '要求が多すぎます。', '少し待ってください。', 'Wait for `Retry-After` seconds.'),
  METHOD_REFUSED: fault('E615', 405, 'この操作はありません。', 'ソフトウェアの提供元に連絡してください。', 'See `Allow`.'),
  QUESTION_OPEN: fault('E616', 409, '照会はまだ終わっていません。', '少し待ってください。', 'Wait until the verification has ended.'),
  NO_OFFICIAL_ANSWER: fault('E617', 404, '公式の回答がありません。', 'もう一度照会してください。', 'This verification ended without an official message.'),
  INTAKE_INVALID: fault('E618', 422, '入力内容に誤りがあります。', '氏名・生年月日・性別・住所を確認してください。', 'The named fields cannot be those of a person; nothing was kept.'),
  INTAKE_CLOSED: fault('E619', 409, 'この受付はすでに終わっています。', '一覧を確認してください。', 'The offline intake was closed before.'),
  HOLD_DECIDED: fault('E620', 409, 'この確認は必要ありません。', '一覧を開き直して、今の状態を確認してください。', 'The verification does not wait for anybody, or was decided on before.'),
  PATIENT_UNKNOWN: fault('E628', 404, 'この患者番号の方はいません。', '患者番号を確認してください。', 'No patient of the clinic has the patient number that was named; nothing was changed.'),
  CSV_INVALID: fault('E622', 422, 'CSVファイルに誤りがあります。', '示された行と列を直して、もう一度送ってください。', 'The named rows and columns cannot be read; nothing of the file was taken.'),
  ROSTER_INVALID: fault('E623', 422, '名簿の入力内容に誤りがあります。', '示された項目を直して、もう一度送ってください。', 'The named fields cannot be those of a roster entry; nothing was kept.'),
  ROSTER_CHANGED: fault('E624', 412, '名簿はほかの人が先に変更しました。', '名簿を開き直し、もう一度変更してください。', 'The entry or the list is not the one that `If-Match` names; read it again and write with its ETag.'),
  ROSTER_DUPLICATE: fault('E625', 409, '同じ患者番号・同じ種類の方が、すでに名簿にあります。', '名簿にある方の内容を直してください。', 'A patient number is in the roster once for each kind.'),
  SIGN_IN_REFUSED: fault('E641', 401, '氏名・パスワード・確認コードのどれかが違います。', '入力し直してください。思い出せないときは、院内の管理者に再発行を頼んでください。', 'Who signs in is unknown, disabled, or gave a wrong secret, code or PIN: which, is not said. `onshi-agent staff reset NAME` gives a new one-time code.'),
  DESK_LOCKED: fault('E642', 401, '画面がロックされています。', 'PIN を入力して解除してください。', 'The session is locked after idle time, after a restart or by hand; the same person unlocks it with the PIN.'),
  SESSION_ENDED: fault('E643', 401, 'サインインが終わっています。', 'もう一度サインインしてください。', 'The session ended: signed out, too old, disabled, or too many wrong PINs.'),
  REQUEST_FORGED: fault('E644', 403, 'この画面からの操作と確認できません。', '画面を読み込み直し、もう一度操作してください。', 'A request with the session’s cookie came without its token (`X-Desk-Token`), or from another site.'),
  SECRET_UNSET: fault('E645', 403, '最初にパスワードと PIN を決めてください。', '画面の案内に沿って設定してください。', 'Signed in with a one-time or recovery code; a secret must be set before anything else.'),
  SECRET_WEAK: fault('E646', 422, 'このパスワードか PIN は使えません。', '示された欄を直してください。パスワードは13文字以上（確認コードを併用するときは8文字以上）です。', 'Too short, common, or made of the name, the clinic or its code; `mistakes` say which.'),
  STAFF_DUPLICATE: fault('E647', 409, '同じ氏名の職員がすでに登録されています。', '区別できる氏名で登録してください。', 'Names of staff are unique, since they sign in with them.'),
  SECOND_FACTOR_NEEDED: fault('E648', 422, '確認コードが必要です。', '認証アプリに登録し、表示された6けたの数字を入力してください。', 'This role takes a second factor (TOTP), or the code that confirms it was wrong.'),
  CONSENT_REVOKED: fault('E626', 409, '同意が取り消されたため、照会しませんでした。', '次の訪問や来院のときに、カードで資格を確認してください。', 'The standing consent was revoked, or the entry removed, before the question was handed over; nobody was asked.'),

  STORE_FULL: fault('E701', 507, 'ディスクがいっぱいです。', '保守業者に連絡してください。', 'Free disk space; work goes on by itself.'),
  STORE_FAILED: fault('E702', 503, '記録に失敗しました。', '保守業者に連絡してください。', 'Reading or writing the database failed; check the disk.'),
  STORE_CORRUPT: fault('E703', 503, 'データベースが壊れています。', '保守業者に連絡してください。', 'Restore the latest backup.'),
  STORE_IN_USE: fault('E704', 503, 'データベースは別のプログラムが使用中です。', '保守業者に連絡してください。', 'Another agent holds this database; use its control socket.'),
  STORE_NEWER: fault('E705', 503, 'データベースの版が新しすぎます。', '保守業者に連絡してください。', 'This release is more than one release older than the one that wrote the database.'),
  AUDIT_UNAVAILABLE: fault('E706', 503, '閲覧の記録ができないため、表示できません。', '保守業者に連絡してください。', 'Neither the audit journal nor the database can be written; check the disk.'),

  SINK_UNREACHABLE: fault('E841', 503, '配信先につながりません。', '自動で送り直します。続くときは配信先の電源とネットワークを確認してください。', 'The target of the consumer’s sink takes no connection; it is tried again.'),
  SINK_TIMEOUT: fault('E842', 504, '配信先から時間内に応答がありません。', '自動で送り直します。', 'The target took the request and did not answer in time; it is tried again.'),
  SINK_BUSY: fault('E843', 503, '配信先が混み合っています。', '自動で送り直します。', 'The target is busy (429, 503), or others write the same record at the same time; it is tried again, after its Retry-After where it gives one.'),
  SINK_FAILED: fault('E844', 502, '配信先で障害が起きています。', '自動で送り直します。続くときは配信先の提供元に連絡してください。', 'The target answered 5xx, broke off, or says itself that it fails (`step`, `apiResult`); it is tried again.'),
  SINK_REFUSED: fault('E845', 502, '配信先が受け取りを拒否しました。', '配信先の提供元に連絡してください。', 'The target refused this one for good (`status`); it is kept, and the ones behind go on. `onshi-agent delivery retry ID` once it is cured.'),
  SINK_UNAUTHORIZED: fault('E846', 502, '配信先が認証を受け付けません。', '保守業者に連絡してください。', 'The target answered 401 or 403: correct token, password or certificate of the sink; everything waits meanwhile.'),
  SINK_TARGET_REFUSED: fault('E847', 422, '許可されていない配信先です。', '保守業者に連絡してください。', 'Host and address of the target are not among `outbox.targets`, or are an address that is never allowed.'),
  SINK_ANSWER_INVALID: fault('E848', 502, '配信先の応答を理解できません。', '配信先の提供元に連絡してください。', 'The target’s answer is not what its interface says, or too large: check URL, key and version.'),
  SINK_UNTRUSTED: fault('E849', 502, '配信先の証明書を信頼できません。', '保守業者に連絡してください。', 'TLS with the target fails: CA, name, date, or our client certificate.'),
  SINK_FOLDER_UNWRITABLE: fault('E850', 503, '配信先のフォルダーに書き込めません。', '共有フォルダーの電源とネットワークを確認してください。', 'The folder of the sink is away, full, read-only, or hangs; it is tried again.'),
  SINK_FOLDER_FULL: fault('E851', 503, '配信先のフォルダーからファイルが取り込まれていません。', 'レセコンの取り込みが動いているか確認してください。', 'As many files as allowed lie there and nobody takes them; it goes on when they are taken.'),
  SINK_UNMAPPABLE: fault('E852', 422, 'この内容は配信先の形式にできません。', '配信先へ手で入力してください。', 'See `field`: what came has no form in the target; nothing was written.'),
  ORCA_LOCKED: fault('E853', 503, 'レセコンで患者が編集中です。', '編集を終えると自動で反映します。', 'Another terminal of ORCA holds the patient; it is tried again.'),
  ORCA_QUESTION: fault('E854', 409, 'レセコンが確認を求めています。', '内容を確認し、承認するか手で入力してください。', 'ORCA asks (`apiResult`, `question`): `onshi-agent delivery retry ID --decision ok` answers this question, each further one is asked in turn; or enter it in ORCA and drop it.'),
  ORCA_IDENTITY_DIFFERS: fault('E855', 409, 'レセコンの患者と本人の情報が一致しません。', '患者番号と氏名・生年月日を確認してください。', 'The patient of this number in ORCA has another name, birth date or sex, or ORCA has this person under another number (`isUnderOtherNumber`): correct the number, or register by hand, then retry. Nothing was written.'),
  ORCA_REFUSED: fault('E856', 502, 'レセコンが登録を拒否しました。', 'レセコンへ手で入力してください。', 'See `apiResult`; nothing was written. It is kept, and the ones behind go on.'),
  FHIR_AMBIGUOUS: fault('E857', 409, '電子カルテに同じ識別子の記録が複数あります。', '電子カルテの提供元に連絡してください。', 'Several resources have one identifier (`resource`); none was changed. Merge them, then retry.'),
  VERIFICATION_HELD: fault('E858', 409, '本人かどうかの確認を待っています。', '同じ人かどうかを確認してください。', 'The verification is held until a person releases it.'),
  DELIVERY_BEFORE_RESTORE: fault('E859', 409, '復元より前の配信です。', '必要なら送り直してください。', 'Not sent by itself after a restore, as it may have been sent before: `onshi-agent delivery replay`.'),
  FHIR_IDENTITY_DIFFERS: fault('E861', 409, '電子カルテの患者と本人の情報が一致しません。', '患者番号と氏名・生年月日を確認してください。', 'The Patient of this chart number in the EHR has another name, birth date or sex (`fields`); nothing was written.'),
  DELIVERY_ENDED: fault('E860', 409, 'この配信はすでに送信中です。', '一覧を確認してください。', 'It is on its way already; nobody needs to decide.'),

  AGENT_NOT_RUNNING: fault('E801', 503, 'onshi-agent が動いていません。', '保守業者に連絡してください。', 'systemctl status onshi-agent; the command talks to the control socket.'),
  USAGE: fault('E802', 400, '使い方が違います。', '保守業者に連絡してください。', 'onshi-agent --help'),
  SHUTTING_DOWN: fault('E803', 503, '再起動中です。', '少し待ってください。', 'Ask again in a few seconds.'),
  INTERNAL: fault('E804', 500, '内部エラーが起きました。', '自動で再起動します。少し待ってください。続くときは保守業者に連絡してください。', 'A bug: the agent ends and is started again; the journal has the stack.'),
} as const satisfies Record<string, Fault>

export type FaultCode = keyof typeof faults

export const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(faults, code)

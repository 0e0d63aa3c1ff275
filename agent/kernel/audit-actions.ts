/**
 * Every action that the audit records, as the inspector reads it. Codes are public: they stand in
 * exports that clinics keep for years. Add freely, never rename.
 */
// biome-ignore format: a table; one action a row reads best
export const auditActions = {
  ask: '資格の照会',
  verify: '照会結果の保存',
  batch: '一括照会の閲覧',
  'batch-ask': '一括照会の依頼',
  register: '患者番号の登録依頼',
  registered: '患者番号の登録結果の保存',
  'individual-number-declared': '個人番号ではないことの申告',
  note: '照会結果への追記（現物確認・保留の解除など）',

  verification: '照会結果の閲覧',
  latest: '患者の最新の照会結果の閲覧',
  message: '公式の回答の閲覧',
  'claim-form': '請求用の表記の閲覧',
  events: '照会結果の一覧の取得（連携）',
  day: '一日の受付の閲覧',
  digest: '日報の閲覧',
  worklist: '確認事項の一覧の閲覧',
  handovers: '引き継ぎの一覧の閲覧',
  comparisons: 'レセコンとの比較の閲覧',
  'reference-number': '患者番号の登録状況の閲覧',
  'offline-intakes': '照会できない間の受付の一覧の閲覧',
  'offline-intake': '照会できない間の受付の閲覧',
  'offline-intake-add': '照会できない間の受付の登録',
  'offline-intake-close': '照会できない間の受付の終了',
  appointments: '予約の一覧の閲覧',
  'appointments-replace': '予約の一覧の登録',
  roster: '在宅名簿の閲覧',
  'roster-entry': '在宅名簿の一件の閲覧',
  'roster-add': '在宅名簿への追加',
  'roster-change': '在宅名簿の変更',
  'roster-remove': '在宅名簿からの削除',
  'roster-consent': '同意の登録',
  'roster-revocation': '同意の取り消し',
  print: '印刷',
  'vendor-open': '保守業者の接続の許可',
  'vendor-close': '保守業者の接続の終了',
  'vendor-confirm': '作業報告書の確認',
  vendor: '保守業者による操作',
  'restore-acknowledge': '復元で記録のない時間の確認',
  'went-back-acknowledge': '以前の状態に戻っていたデータベースの確認',
  purge: '保存期間を過ぎた記録の消去',
  'key-rotate': 'データベースの鍵の交換',

  deliver: '連携先への配信',
  'delivery-retry': '配信のやり直し',
  'delivery-drop': '配信の取り消し',
  'delivery-replay': '期間を指定した再配信',
  'consumer-add': '連携先の登録',
  'consumer-revoke': '連携先の取り消し',

  'staff-add': '職員の登録',
  'staff-reset': '職員の認証情報の初期化',
  'staff-disable': '職員の登録の無効化',
  'staff-secret': 'パスワードなどの設定',
  'sign-in': 'サインイン',
  'sign-in-to-set': 'サインイン（初回設定）',
  'sign-in-refused': 'サインインの拒否',
  'unlock-refused': '画面ロック解除の拒否',
  lock: '画面のロック',
  unlock: '画面ロックの解除',
  'sign-out': 'サインアウト',
  'session-end': 'サインイン状態の終了',

  'certificate-import': '電子証明書の取り込み',
  'certificate-try': '電子証明書の接続確認',
  'certificate-activate': '電子証明書の切り替え',
  'line-use': '回線の手動切り替え',
  'line-release': '回線の手動切り替えの解除',
  'outage-begin': '回線停止の記録',
  'outage-end': '回線復旧の記録',
  job: '自動処理の実行',

  restore: 'バックアップからの復元',
  'audit-adopt': '監査記録：以前の版の記録の取り込み',
  'audit-broken': '監査記録：異常の検出',
  'audit-accept': '監査記録：異常の確認と検証の再開',
  'audit-purge': '監査記録：保存期間を過ぎた記録の削除',
  'audit-export': '監査記録の出力',
} as const
export type AuditAction = keyof typeof auditActions

/** A word of another release is shown as it is. */
export const auditActionText = (action: string): string =>
  isAuditAction(action) ? auditActions[action] : action

const isAuditAction = (action: string): action is AuditAction => Object.hasOwn(auditActions, action)

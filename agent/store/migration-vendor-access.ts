/**
 * When the support vendor might come in, why, and what was done. audit_from: the newest audit record
 * before it. actions: JSON list, of the audit, once it has ended. People by name.
 */
export const vendorAccessMigration = `
  CREATE TABLE vendor_access (
    id TEXT PRIMARY KEY, opened_at INTEGER NOT NULL, opened_by TEXT NOT NULL,
    until INTEGER NOT NULL, reason TEXT NOT NULL, plan TEXT NOT NULL, audit_from INTEGER NOT NULL,
    closed_at INTEGER, closed_by TEXT, actions TEXT, confirmed_at INTEGER, confirmed_by TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX vendor_access_at ON vendor_access (opened_at);
`

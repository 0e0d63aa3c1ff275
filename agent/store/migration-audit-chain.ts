/**
 * The hash chain of the audit trail. Null: written by a release that does not know it; the next
 * start of one that does takes it into the chain (audit-adopt.ts). In meta: audit-key is the chain's
 * key, audit-journal the newest journal line that is in the table, audit-anchored how many lines the
 * anchor had when it was last heard of, audit-verified how far the trail was found whole.
 */
export const auditChain = `
  ALTER TABLE audit ADD COLUMN hash BLOB;
  CREATE INDEX audit_unchained ON audit (seq) WHERE hash IS NULL;
  CREATE INDEX audit_of_trail ON audit (seq) WHERE action IN ('audit-broken', 'audit-purge',
    'audit-accept', 'audit-adopt', 'restore');
`

import { auditChain } from './migration-audit-chain.ts'
import { vendorAccessMigration } from './migration-vendor-access.ts'

/**
 * Append-only and additive: a release runs on the next release's schema, so that rolling back
 * changes code, never data. Times are epoch ms. Every index that a lookup touches is a page more to
 * write before its commit: tables by text key have no row id, and indexes leave out nulls.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE consumers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, secret_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL, revoked_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX consumers_name ON consumers (name) WHERE revoked_at IS NULL;

  -- id is the id of the verification in which the question ends.
  CREATE TABLE questions (
    id TEXT PRIMARY KEY, accepted_at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    presentation_id TEXT, supersedes TEXT, ended_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX questions_presentation ON questions (presentation_id)
    WHERE presentation_id IS NOT NULL;
  CREATE INDEX questions_open ON questions (accepted_at) WHERE ended_at IS NULL;

  -- subject is what the first request with this key made: a verification's id, a note's position.
  CREATE TABLE idempotency (
    consumer_id TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL,
    request_hash BLOB NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (consumer_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_at ON idempotency (at);

  -- The feed. body is the item as JSON, without its cursor.
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, type TEXT NOT NULL,
    verification_id TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
  ) STRICT;

  CREATE TABLE verifications (
    id TEXT PRIMARY KEY, position INTEGER NOT NULL, ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL, supersedes TEXT, patient_id TEXT, patient_number TEXT,
    message BLOB, message_charset TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verifications_patient ON verifications (patient_id, position)
    WHERE patient_id IS NOT NULL;
  CREATE INDEX verifications_number ON verifications (patient_number, position)
    WHERE patient_number IS NOT NULL;

  CREATE TABLE patients (
    id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, name TEXT, name_kana TEXT,
    birthdate TEXT, sex TEXT, identity TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX patients_identity ON patients (identity) WHERE identity IS NOT NULL;
  CREATE TABLE patient_numbers (
    reference_number TEXT PRIMARY KEY, patient_id TEXT NOT NULL REFERENCES patients (id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE patient_links (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, verification_id TEXT NOT NULL,
    patient_id TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL
  ) STRICT;

  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
    actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Quality of a line, a row a minute (epoch minutes). Kept 90 days.
  CREATE TABLE line_minutes (
    line TEXT NOT NULL, minute INTEGER NOT NULL, standing TEXT NOT NULL, probes INTEGER NOT NULL,
    lost INTEGER NOT NULL, questions INTEGER NOT NULL, failed INTEGER NOT NULL,
    rtt_min_ms REAL, rtt_median_ms REAL, rtt_max_ms REAL, PRIMARY KEY (line, minute)
  ) STRICT, WITHOUT ROWID;
  -- What happened to a line. facts is JSON.
  CREATE TABLE line_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL, at INTEGER NOT NULL,
    kind TEXT NOT NULL, facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX line_events_line ON line_events (line, at);

  -- When no line was usable.
  CREATE TABLE outages (
    id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER, cause TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Who was received while nobody could be asked. body and closing are JSON. question_id: the newest
  -- question about them; proposal: a verification of somebody who seems to be the same.
  CREATE TABLE offline_intakes (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, outage_id TEXT, body TEXT NOT NULL,
    question_id TEXT, proposal_id TEXT, proposal_at INTEGER, closed_at INTEGER, closing TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX offline_intakes_at ON offline_intakes (at);
  CREATE INDEX offline_intakes_open ON offline_intakes (at) WHERE closed_at IS NULL;
  CREATE INDEX offline_intakes_question ON offline_intakes (question_id)
    WHERE question_id IS NOT NULL;
  CREATE INDEX verifications_unanswered ON verifications (ended_at)
    WHERE outcome IN ('offline', 'failed');
  CREATE INDEX questions_supersedes ON questions (supersedes) WHERE supersedes IS NOT NULL;

  -- Client certificates that were imported. The row config holds no secret, only what became of
  -- the one that the configuration names.
  CREATE TABLE certificates (
    id TEXT PRIMARY KEY, imported_at INTEGER NOT NULL, pkcs12 BLOB NOT NULL,
    passphrase TEXT NOT NULL, facts TEXT NOT NULL, tried_at INTEGER, trial TEXT,
    activated_at INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Folders of the official terminal. leftovers: names that lay there when it was first looked at, a
  -- line each, deflated: there may be hundreds of thousands.
  CREATE TABLE folders (
    role TEXT PRIMARY KEY, first_at INTEGER NOT NULL, leftovers BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- Files in them that were dealt with. One name may have had several contents.
  CREATE TABLE folder_files (
    role TEXT NOT NULL, name TEXT NOT NULL, sha256 BLOB NOT NULL, size_bytes INTEGER NOT NULL,
    at INTEGER NOT NULL, became TEXT NOT NULL, PRIMARY KEY (role, name, sha256)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX folder_files_content ON folder_files (sha256);

  -- Bulk questions. state: waiting, written, asked, ended.
  CREATE TABLE batches (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, confirmation_date TEXT NOT NULL,
    state TEXT NOT NULL, reception_number TEXT, asked_at INTEGER, ended_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX batches_open ON batches (at) WHERE ended_at IS NULL;
  CREATE INDEX batches_reception ON batches (reception_number) WHERE reception_number IS NOT NULL;
  -- Their lines, from 1 on, each a question.
  CREATE TABLE batch_lines (
    batch_id TEXT NOT NULL, line INTEGER NOT NULL, question_id TEXT NOT NULL,
    PRIMARY KEY (batch_id, line)
  ) STRICT, WITHOUT ROWID;

  -- Patient numbers to be known to the official side. body and result are JSON.
  CREATE TABLE registrations (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL, ended_at INTEGER, result TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX registrations_open ON registrations (at) WHERE ended_at IS NULL;
  `,
  `
  -- Whether the liaison office sees the event; other roles see all events or none.
  ALTER TABLE events ADD COLUMN for_liaison INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX events_liaison ON events (position) WHERE for_liaison = 1;

  -- sources: JSON list of addresses and CIDR blocks. sink: JSON, its secrets included; null: it
  -- polls. What was delivered leaves the outbox and is counted here.
  ALTER TABLE consumers ADD COLUMN sources TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE consumers ADD COLUMN sink TEXT;
  -- Of those who may not see and do everything: the release before this one would let them. Their
  -- secret_hash is nobody's.
  ALTER TABLE consumers ADD COLUMN narrow_hash BLOB;
  ALTER TABLE consumers ADD COLUMN used_at INTEGER;
  ALTER TABLE consumers ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE consumers ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE consumers ADD COLUMN delivered_at INTEGER;
  -- Until now there was one role, which saw and did everything that a receipt computer does.
  UPDATE consumers SET role = 'receipt-computer' WHERE role = 'all';

  -- What is on its way to whom. state: waiting; parked and refused wait for a person. place: where a
  -- file for it was made ready.
  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, consumer_id TEXT NOT NULL, position INTEGER NOT NULL,
    verification_id TEXT NOT NULL, patient_id TEXT, at INTEGER NOT NULL, state TEXT NOT NULL,
    code TEXT, facts TEXT, decision TEXT, place TEXT
  ) STRICT;
  CREATE INDEX deliveries_next ON deliveries (consumer_id, state, seq);
  CREATE INDEX deliveries_open ON deliveries (seq) WHERE state IN ('parked', 'refused');
  CREATE INDEX deliveries_parked ON deliveries (consumer_id, patient_id, seq)
    WHERE state = 'parked';

  -- What sinks found at the receipt computer. body is JSON.
  CREATE TABLE comparisons (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, consumer_id TEXT NOT NULL,
    verification_id TEXT NOT NULL, at INTEGER NOT NULL, result TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX comparisons_verification ON comparisons (verification_id);

  -- Each commit that links a patient asks for a number of theirs.
  CREATE INDEX patient_numbers_patient ON patient_numbers (patient_id);
  `,
  `
  -- received_at: when the patient stood at the desk; 0: nobody did; null: of an older release.
  ALTER TABLE verifications ADD COLUMN received_at INTEGER;
  CREATE INDEX patients_birthdate ON patients (birthdate) WHERE birthdate IS NOT NULL;
  CREATE INDEX events_notes ON events (verification_id) WHERE type = 'note';
  CREATE INDEX deliveries_position ON deliveries (consumer_id, position);

  -- The number on the card in an identity: the third of its parts.
  ALTER TABLE patients ADD COLUMN after_insurer TEXT
    AS (substr(identity, instr(identity, '|') + 1)) VIRTUAL;
  ALTER TABLE patients ADD COLUMN after_symbol TEXT
    AS (substr(after_insurer, instr(after_insurer, '|') + 1)) VIRTUAL;
  ALTER TABLE patients ADD COLUMN insured_number TEXT
    AS (substr(after_symbol, 1, instr(after_symbol, '|') - 1)) VIRTUAL;
  CREATE INDEX patients_insured_number ON patients (insured_number)
    WHERE insured_number IS NOT NULL;

  -- Verifications that wait, or waited, for a person to say whose they are. state: held, released,
  -- rejected. position: of the note that said so; null: the judgement did. patient_id: of whom it was
  -- compared with.
  CREATE TABLE holds (
    verification_id TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL,
    position INTEGER, patient_id TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX holds_open ON holds (at) WHERE state = 'held';
  CREATE INDEX holds_doubted ON holds (position) WHERE state <> 'released' AND position IS NOT NULL;

  -- Typed questions that are asked again until they resolve or a person closes them. root_id: the
  -- first verification that did not resolve; verification_id: the newest, which ended at asked_at;
  -- asked: how often it was answered since. ended_by: resolved, closed, or replaced by a question of a
  -- person. resolved_id: the verification that resolved or replaced it.
  CREATE TABLE follow_ups (
    root_id TEXT PRIMARY KEY, verification_id TEXT NOT NULL, opened_at INTEGER NOT NULL,
    asked_at INTEGER NOT NULL, asked INTEGER NOT NULL, ended_at INTEGER, ended_by TEXT,
    resolved_id TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX follow_ups_verification ON follow_ups (verification_id);
  CREATE INDEX follow_ups_open ON follow_ups (opened_at) WHERE ended_at IS NULL;
  -- The worklist, and what a month's claims still lack.
  CREATE INDEX verifications_not_valid ON verifications (ended_at)
    WHERE outcome NOT IN ('valid', 'valid-unregistered');
  CREATE INDEX events_paid ON events (at)
    WHERE type = 'note' AND CAST(body AS TEXT) ->> '$.note.kind' = 'paid-in-full';

  -- Runs of jobs. due_at: the time of the plan that it is for. by: plan, missed, again (the one before
  -- failed or was interrupted), hand. result: JSON of how it ended.
  CREATE TABLE job_runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, due_at INTEGER NOT NULL,
    by TEXT NOT NULL, at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER, result TEXT
  ) STRICT;
  CREATE INDEX job_runs_job ON job_runs (job, seq);

  -- Who is expected. day: YYYY-MM-DD. body: JSON. question_id: what was asked about it.
  CREATE TABLE appointments (
    id TEXT PRIMARY KEY, day TEXT NOT NULL, source TEXT NOT NULL, at INTEGER NOT NULL,
    body TEXT NOT NULL, question_id TEXT, cancelled_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX appointments_day ON appointments (day);

  -- Home-care and other monthly patients. body: JSON. version: grows with every change of the table.
  CREATE TABLE roster (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, changed_at INTEGER NOT NULL, version INTEGER NOT NULL,
    patient_number TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, removed_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX roster_patient ON roster (patient_number, kind);
  CREATE INDEX roster_version ON roster (version);
  -- What was asked about an entry in a month, YYYY-MM.
  CREATE TABLE roster_questions (
    roster_id TEXT NOT NULL, month TEXT NOT NULL, question_id TEXT NOT NULL,
    PRIMARY KEY (roster_id, month, question_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX roster_questions_question ON roster_questions (question_id);
  `,
  `
  -- People who sign in at the desk. secret, pin, one_time: how it was hashed, and the hash. second_factor:
  -- TOTP key, Base32; second_factor_step: of the last code that was taken, which opens once.
  CREATE TABLE staff (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, sources TEXT NOT NULL,
    created_at INTEGER NOT NULL, disabled_at INTEGER, used_at INTEGER,
    secret TEXT, pin TEXT, second_factor TEXT, second_factor_step INTEGER,
    one_time TEXT, one_time_until INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX staff_name ON staff (name) WHERE disabled_at IS NULL;
  CREATE TABLE recovery_codes (
    hash BLOB PRIMARY KEY, staff_id TEXT NOT NULL, at INTEGER NOT NULL, used_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recovery_codes_staff ON recovery_codes (staff_id);
  -- Who is signed in, so that a restart locks the page and does not sign everybody out. hash: of the
  -- cookie.
  CREATE TABLE sessions (
    hash BLOB PRIMARY KEY, id TEXT NOT NULL, staff_id TEXT NOT NULL, at INTEGER NOT NULL,
    source TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_staff ON sessions (staff_id);

  -- What reception and the liaison office hand over. reasons: JSON list. at: when it became one.
  CREATE TABLE handovers (
    verification_id TEXT PRIMARY KEY, at INTEGER NOT NULL, reasons TEXT NOT NULL,
    referral_text TEXT, owner TEXT, owned_at INTEGER,
    acknowledged_by TEXT, acknowledged_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX handovers_open ON handovers (at) WHERE acknowledged_at IS NULL;
  CREATE INDEX handovers_at ON handovers (at);
  `,
  // One release, one step: the release before it runs on this schema.
  auditChain + vendorAccessMigration,
]

/**
 * The oldest schema whose release runs on the newest, as migrations only add. Who takes something away
 * raises it: an upgrade from before then cannot go back (agent/decisions/0048).
 */
export const runsFrom = 6

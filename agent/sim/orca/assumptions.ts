/**
 * What the simulator takes for granted. The interface specification of ORCA is closed; its public
 * shadow (the API pages of the maker, a Ruby client and its recorded answers, a log of a WebORCA)
 * leaves these open. Where the shadow allows a mild and a harsh reading, this takes the harsh one: a
 * client that passes here should pass there. A name in a comment of this folder is a key of this table.
 */
export const ASSUMPTIONS = {
  order:
    'patientmodv2 refuses (97) elements in another order than the list of the API page; JSON may have any order, and patientmodv32 too.',
  unknown: 'An element that the API page does not list is refused: 97, E97 in patientmodv32.',
  types: 'Every element of a request has the type attribute of the xml2 convention; else 98.',
  charset:
    'Shift_JIS (or any other charset) answers 91 in patientmodv2, as a WebORCA did; E91 in the v3 calls.',
  media:
    'XML bodies come as application/xml, JSON bodies as application/json with format=json; any other pair answers 98.',
  padding:
    'JSON answers pad lists to their full room, as the recorded ones do. XML answers end lists with two empty records; the printed samples show none.',
  routing:
    'A path that is not served answers 404 to GET and 405 with Allow: OPTIONS, GET to the rest, as a WebORCA did with a wrong prefix. A served path answers 405 to a wrong method. Authentication comes first.',
  'half-width':
    'patientmodv2 converts what ※１ and ※２ of the API page say. Of ※２ all printable half-width characters can be converted; control characters cannot (15, 29 to 33, 35). A WholeName with half-width characters other than spaces is 14.',
  'half-width-v3':
    'patientmodv32 converts nothing: symbol and number in half-width characters are an error (E50).',
  lengths:
    'Names have up to 25 full-width characters, symbol and number up to 20. Longer ones are P1, H1 or E50.',
  'patient-id': 'Numbers have five digits (標準構成); longer ones are 12.',
  '61-04':
    'class 04 for a patient with an insurance other than self-pay answers 62 when it is the same, else P2.',
  search:
    'The WholeName of patientlst3v2 is the beginning of a name or of its kana, as both are kept: full-width. The page says 前方一致 and names both; the * of the online search is not played. A hundred or more are 21, without patients.',
  'appointment-day':
    'appointlstv2 without a day lists today. An Appointment_Date is optional by the sample source.',
  'appointment-insurance':
    'HealthInsurance_Info of appointlstv2 is a record, as the API page marks no repetition; the v3 calls have a list of that name (option appointmentInsurance: list). An ORCA from before 2023-12-25 has none (none).',
  'class-02':
    'class 02 ignores insurance in its body. What is not sent is emptied, as the API page says that the contents are replaced.',
  echo: 'patientmodv2 answers an error with the person and insurance as they were sent; patientmodv32 answers E50 with the rows as they were sent.',
  warnings:
    'The first warning that applies is Api_Result; all are in Api_Warning_Message1 to 5. K0: name, sex and birth date are those of another patient. K1: the numbering went round. K2: a zip code that begins with 000. K3: the class was not that of the insurer number. K4: 20 combinations or more. K5: under 16 and 本人 of an employees’ insurance.',
  'insurer-number': 'The insurer number has 6 or 8 digits. Its check digit is not looked at.',
  assistance:
    'Without one, or with one that the class does not have: 国保 3 (2 before school, elderly by Rate_Class), 後期 1 or 3 by Rate_Class, 社保 none (elderly 9 or 7 by Rate_Class). 後期 has 2 since 2022-10. patientmodv32 does not use Rate_Class: 後期 1, the elderly 2割; it warns of one that was replaced.',
  'check-date': 'patientmodv2 sets Certificate_CheckDate to the day of the registration.',
  'locks-block': 'A patient who is locked by anybody is 90 for patientmodv2 of every class but 01.',
  relock:
    'A second 01 for a locked patient is E90, whoever holds the lock: the same Karte_Uid too (option relock: again).',
  'uid-codes':
    'E05 no Orca_Uid and E06 no Karte_Uid are recorded for other calls. E07: no such lock, or not of these two. E91: a Request_Number that is not the Response_Number given.',
  confirm:
    '03 sends the rows with a mode that 02 answered once more, as the one public client does (option confirmNeedsRows: false).',
  modify: 'A Modify row replaces the whole row: what it does not hold is emptied.',
  select:
    'Select_Answer Ng answers E50 with Response_Number 02 and registers nothing; the lock stays.',
  release: '03 with success ends the lock. E50 and S20 do not, and nothing ends it by time.',
  'lock-delete':
    'All (Delete_Class) is refused (E14) when one of the locks is younger than a minute. Locks of people can be deleted too.',
  combinations:
    'Each insurance makes one combination alone and one with all public insurance that overlaps it (up to four). A patient without insurance has one of all public insurance.',
  ages: 'Two rules of the API page are an option (ageRules), off: from 75 on only 後期高齢者 (H1), and no start before the month of 前期高齢者 for those of 70 to 74 (P2).',
} as const satisfies Readonly<Record<string, string>>

/** The table as text. */
export const assumptionsText = (): string =>
  Object.entries(ASSUMPTIONS)
    .map(([name, text]) => `${name}: ${text}\n`)
    .join('')

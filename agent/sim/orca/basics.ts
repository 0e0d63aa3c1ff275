import { isDate } from './dates.ts'
import type { Basics } from './patient.ts'
import { type Check, firstTrouble, type TroubleKind } from './troubles.ts'
import { isFullWidth, isHalfWidth, NAME_LENGTH, widened, withWideSpaces } from './width.ts'

/** The conversions ※１ and ※２ of the API page. Phone numbers, zip codes and the like stay. */
export const converted = (basics: Basics): Basics => {
  const { Home_Address_Information: home, WorkPlace_Information: work } = basics
  return {
    ...basics,
    WholeName: withWideSpaces(basics.WholeName),
    WholeName_inKana: widened(basics.WholeName_inKana),
    HouseHolder_WholeName: withWideSpaces(basics.HouseHolder_WholeName),
    Relationship: withWideSpaces(basics.Relationship),
    Occupation: withWideSpaces(basics.Occupation),
    Contraindication1: widened(basics.Contraindication1),
    Contraindication2: widened(basics.Contraindication2),
    Allergy1: widened(basics.Allergy1),
    Allergy2: widened(basics.Allergy2),
    Infection1: widened(basics.Infection1),
    Infection2: widened(basics.Infection2),
    Comment1: widened(basics.Comment1),
    Comment2: widened(basics.Comment2),
    Home_Address_Information: {
      ...home,
      WholeAddress1: widened(home.WholeAddress1),
      WholeAddress2: widened(home.WholeAddress2),
    },
    WorkPlace_Information: {
      ...work,
      WholeName: widened(work.WholeName),
      WholeAddress1: widened(work.WholeAddress1),
      WholeAddress2: widened(work.WholeAddress2),
    },
  }
}

/** The five that every class must have. */
export const missing = (id: string, basics: Basics): TroubleKind | undefined =>
  firstTrouble([
    [id !== '', 'no-id'],
    [basics.WholeName !== '', 'no-name'],
    [basics.WholeName_inKana !== '', 'no-kana'],
    [basics.BirthDate !== '', 'no-birth-date'],
    [basics.Sex !== '', 'no-sex'],
  ])

const isZip = (text: string) => /^(\d{7})?$/.test(text)
const isPhone = (text: string) => /^[0-9()-]{0,15}$/.test(text)

const widthChecks = (basics: Basics): readonly Check[] => [
  [isFullWidth(basics.HouseHolder_WholeName + basics.Relationship), 'text-width'],
  [isFullWidth(basics.Occupation), 'occupation'],
  [isFullWidth(basics.Contraindication1 + basics.Contraindication2), 'contraindication'],
  [isFullWidth(basics.Allergy1 + basics.Allergy2), 'allergy'],
  [isFullWidth(basics.Infection1 + basics.Infection2), 'infection'],
  [isFullWidth(basics.Comment1 + basics.Comment2), 'comment'],
]

const addressChecks = ({
  Home_Address_Information: home,
  WorkPlace_Information: work,
}: Basics): readonly Check[] => [
  [isZip(home.Address_ZipCode), 'zip'],
  [isZip(work.Address_ZipCode), 'work-zip'],
  [isPhone(home.PhoneNumber1), 'phone1'],
  [isPhone(home.PhoneNumber2), 'phone2'],
  [isPhone(work.PhoneNumber), 'work-phone'],
  [isFullWidth(home.WholeAddress1 + home.WholeAddress2), 'address'],
  [isFullWidth(work.WholeName + work.WholeAddress1 + work.WholeAddress2), 'address'],
]

/** What is wrong with the person's own data, converted; `today` is YYYY-MM-DD. */
export const basicsTrouble = (basics: Basics, today: string): TroubleKind | undefined =>
  firstTrouble([
    [isFullWidth(basics.WholeName), 'name-width'],
    [isFullWidth(basics.WholeName_inKana), 'kana-width'],
    [/^[12]$/.test(basics.Sex), 'sex'],
    [isDate(basics.BirthDate), 'birth-date'],
    [basics.BirthDate <= today, 'birth-future'],
    [basics.WholeName.length <= NAME_LENGTH, 'name-length'],
    [basics.WholeName_inKana.length <= NAME_LENGTH, 'name-length'],
    [isPhone(basics.CellularNumber), 'cellular'],
    [isPhone(basics.FaxNumber), 'fax'],
    [isHalfWidth(basics.EmailAddress), 'email'],
    ...widthChecks(basics),
    ...addressChecks(basics),
  ])

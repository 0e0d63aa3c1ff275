import { characterSetOf, charactersOf } from './jis-characters.ts'

/**
 * Characters of names that a claim cannot carry, each with the form of the same character that it
 * can: that of the 常用漢字表 where there is one. Pairs, the form to be replaced first. Only what a
 * published table calls the same character stands here; what merely looks alike, or has several such
 * forms (筿 is 筱 or 篠), does not. Names are compared by it, too. With a change the version goes up.
 */
export const CLAIM_VARIANTS_VERSION = 1

const TABLE = [
  // Forms in brackets. [常用漢字表 平成22年; 戸籍法施行規則 別表第二]
  '倂併 卽即 增増 寬寛 巢巣 徵徴 德徳 戾戻 揭掲 擊撃 晚晩 曆暦 槪概 橫横 步歩 歷歴 每毎 涉渉 淚涙',
  '渴渇 溫温 瀨瀬 狀状 甁瓶 瘦痩 硏研 綠緑 緖緒 緣縁 薰薫 虛虚 賴頼 郞郎 鄕郷 錄録 鍊錬 鬭闘 麵麺',
  '黃黄 黑黒 禱祷',
  // One character of JIS X 0208 that JIS X 0213 has in two forms. [表外漢字字体表; JIS X 0213 附属書]
  '俠侠 俱倶 剝剥 𠮟叱 吞呑 啞唖 噓嘘 嚙噛 囊嚢 塡填 姸妍 屛屏 屢屡 幷并 搔掻 摑掴 攢攅 潑溌 瀆涜',
  '焰焔 簞箪 繡繍 繫繋 萊莱 蔣蒋 蟬蝉 蠟蝋 軀躯 醬醤 醱醗 頰頬 顚顛 驒騨 鷗鴎 鹼鹸 麴麹',
  // [戸籍統一文字情報 正字; 誤字俗字・正字一覧表], then as above where the 正字 has a 常用 form.
  '髙高 﨑崎 㟢崎 𠮷吉 濵浜 栁柳 桺柳 桒桑 曻昇 勛勲 靑青 淸清 悅悦 悊哲 喆哲 敎教 咊和 凬風 冝宜',
  '嶹嶋 㠀島 榘矩 閒間 靏鶴 靎鶴 贒賢 裵裴 圡土 𡈽土 𣘺橋 槗橋 㐂喜 囯国 囶国 柗松 昻昂 漥窪 朙明',
  '棃梨 煑煮 畱留 兠兜 㔟勢 㓛功 吳呉 吴呉 尙尚 戶戸 產産 彥彦 强強 說説 銳鋭 稅税 絕絶 內内 旣既',
  '𥔎碕 𣳾泰 𦚰脇 𢌞廻 廽廻 𠀋丈 啟啓 栅柵 岀出 鎻鎖 鳯鳳 宻密 隂陰 沉沈 洤泉 灮光 秊年 窻窓 柹柿',
  '㑨俣 乹乾 庻庶 旹時 霛霊 仐傘 瓫盆 虵蛇 鄉郷 靍鶴 娛娯 姊姉 鐮鎌 肈肇',
  // Related characters that are read and used as one in names. [JIS X 0213 附属書]
  '杦杉 曺曹 毗毘 雞鶏 櫔栃 𣜜栃 巗巌 斊斉 聦聡 荣栄 虗虚',
]

/** By the form that is replaced. */
export const claimVariants: ReadonlyMap<string, string> = new Map(
  TABLE.flatMap((line) => line.split(' ')).map((pair) => {
    const [from = '', to = ''] = pair
    return [from, to]
  }),
)

/** A text as a claim carries it, and how it came to that. */
export interface ClaimSafe {
  readonly text: string
  readonly replaced: readonly { readonly from: string; readonly to: string }[]
  /** What has no form that a claim carries; it stands in the text unchanged, for a person. */
  readonly left: readonly string[]
}

/**
 * The text with every character that JIS X 0208 lacks in its form that JIS X 0208 has. Never guesses.
 * Beside the table only Unicode is asked: what is one character by canonical equivalence (神 U+FA19, か
 * with U+3099), and which kanji a variation selector varies.
 */
export function claimSafe(text: string): ClaimSafe {
  const replaced = new Map<string, string>()
  const left = new Set<string>()
  const characters = charactersOf(text).map((from) => {
    const to = formOf(from)
    if (to === undefined) left.add(from)
    else if (to !== from) replaced.set(from, to)
    return to ?? from
  })
  return {
    text: characters.join(''),
    replaced: [...replaced].map(([from, to]) => ({ from, to })),
    left: [...left],
  }
}

const SELECTORS = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu

function formOf(character: string): string | undefined {
  const bare = character.replace(SELECTORS, '')
  const composed = bare.normalize('NFC')
  // Not NFC for a lone character that a claim has: it would take Å (U+212B) for one that it has not.
  const same = [...bare].length === 1 ? [bare, composed] : [composed]
  return same
    .flatMap((one) => [one, claimVariants.get(one) ?? ''])
    .find((one) => one !== '' && characterSetOf(one) === 'jis-x-0208')
}

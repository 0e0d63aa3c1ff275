import { claimVariants } from './claim-variants.ts'

/**
 * Forms of one character that stand for each other in names, all of them of JIS X 0208; the first is the
 * one that names are compared in. Forms that JIS X 0208 lacks are in `claim-variants.ts`. Those that
 * Unicode itself takes as one (塚 of U+FA10, 神 of U+FA19, variation selectors) are folded before and not
 * listed.
 *
 * Left out on purpose: different characters that are only confused (坂/阪, 畑/畠, 河/川, 刈/苅, 惣/総), and 弁,
 * which stands for three old characters.
 */
const FORMS: readonly string[] = [
  // 常用漢字表: the Kangxi forms that it shows in brackets, as far as names hold them.
  '亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 艶艷 応應 欧歐 桜櫻 奥奧',
  '穏穩 価價 画畫 会會 絵繪 懐懷 拡擴 覚覺 学學斈 岳嶽 楽樂 巻卷 勧勸 関關 歓歡 観觀 気氣 帰歸',
  '亀龜 旧舊 挙擧 峡峽 狭狹 暁曉 区區 勲勳 径徑 茎莖 恵惠 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄',
  '芸藝 県縣 倹儉 剣劍劒 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 広廣 効效 恒恆 鉱鑛 号號 国國圀',
  '済濟 剤劑 参參 桟棧 賛贊 糸絲 児兒 湿濕 実實 写寫 釈釋 寿壽 収收 従從 渋澁澀 縦縱 叙敍 将將 称稱',
  '焼燒 証證 奨奬 条條 乗乘 浄淨 畳疊 縄繩 嬢孃 譲讓 醸釀 真眞 慎愼 尽盡 図圖 粋粹 穂穗 随隨',
  '枢樞 数數 声聲 静靜 摂攝 専專 浅淺 戦戰 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 曽曾 総總',
  '装裝 蔵藏 属屬 続續 対對 体體 帯帶 台臺 滝瀧 択擇 沢澤 担擔 単單 団團 弾彈 昼晝 虫蟲 鋳鑄 庁廳 聴聽',
  '勅敕 鎮鎭 鉄鐵鐡 点點 転轉 伝傳 灯燈 当當 稲稻 独獨 読讀 弐貳 麦麥 発發 浜濱 仏佛 並竝 辺邊邉',
  '宝寶寳 豊豐 翻飜 万萬 満滿 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 来來 覧覽',
  '竜龍 両兩 塁壘 礼禮 励勵 霊靈 恋戀 労勞 楼樓 湾灣 斉齊 斎齋',
  // 人名用漢字 (戸籍法施行規則別表第二): characters that it lists as forms of each other.
  '亘亙 凜凛 尭堯 巌巖 晃晄 桧檜 槙槇 祢禰 禄祿 穣穰 萌萠 遥遙 園薗 駆駈 島嶋嶌 富冨 峰峯 野埜 涼凉 杯盃',
  // 戸籍統一文字 and JIS kanji: what family registers and residents’ registers often hold.
  '崎嵜 柏栢 館舘 淵渕渊 藪薮 船舩 松枩 沖冲 栃杤 卯夘 虎乕 略畧',
  '晋晉 準凖 聡聰 隣鄰 顔顏 裏裡 瑶瑤',
  '舗舖 厩廏廐 芦蘆 篭籠 鯵鰺 諌諫 竪豎 迩邇 雁鴈 畝畆',
  '皐皋 穎頴 桝枡 嘗甞',
]

/**
 * Spellings of one family name with different characters; the first is the one that names are
 * compared in. 斎 and 斉 are two characters: as a given name 斉 (ひとし) is another than 斎 (いつき). In
 * these family names people and offices write either.
 */
export const FAMILY_NAME_SPELLINGS: readonly (readonly [string, string])[] = [
  ['斎藤', '斉藤'],
  ['安斎', '安斉'],
]

const carried = new Map(
  FORMS.flatMap((line) => line.split(' ')).flatMap((group) => {
    const [first = '', ...others] = group
    return others.map((form): [string, string] => [form, first])
  }),
)

/** Each form of a character other than the one that names are compared in, to that one. */
export const FORM_OF: ReadonlyMap<string, string> = new Map([
  ...carried,
  ...[...claimVariants].map(([form, to]): [string, string] => [form, carried.get(to) ?? to]),
])

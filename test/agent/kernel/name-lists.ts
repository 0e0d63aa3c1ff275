/** What the pairs of names are made of. All people are invented. */

/** Kind, verdict, known name and kana, returned name and kana, returned 通称 and its kana. */
export type Pair = readonly [
  kind: string,
  expected: string,
  name: string,
  nameKana: string,
  returnedName: string,
  returnedKana: string,
  returnedOther?: string,
  returnedOtherKana?: string,
]
type Named = readonly [written: string, read: string]
type Formed = readonly [one: string, other: string, read: string]

const entries = (text: string) =>
  text
    .trim()
    .split(/\s+/)
    .map((entry) => entry.split('/'))
const named = (text: string) => entries(text).map(([one = '', read = '']): Named => [one, read])
const formed = (text: string) =>
  entries(text).map(([one = '', other = '', read = '']): Formed => [one, other, read])

export const families = named(`
  佐藤/サトウ 鈴木/スズキ 高橋/タカハシ 田中/タナカ 伊藤/イトウ 山本/ヤマモト 中村/ナカムラ 小林/コバヤシ
  加藤/カトウ 吉田/ヨシダ 山田/ヤマダ 佐々木/ササキ 松本/マツモト 井上/イノウエ 木村/キムラ 清水/シミズ
  林/ハヤシ 長谷川/ハセガワ 森/モリ 池田/イケダ 石川/イシカワ 前田/マエダ 岡田/オカダ 服部/ハットリ`)

export const givens = named(`
  太郎/タロウ 花子/ハナコ 翔一/ショウイチ 京子/キョウコ 健二/ケンジ 美咲/ミサキ 俊介/シュンスケ 千代/チヨ
  淳/ジュン 大輔/ダイスケ 結衣/ユイ 勇人/ハヤト 明美/アケミ 正樹/マサキ 節子/セツコ 一夫/カズオ さくら/サクラ
  良平/リョウヘイ 律子/リツコ 隼/シュン 紗英/サエ 哲也/テツヤ 久美/クミ 圭吾/ケイゴ 桃花/モモカ`)

/** 常用漢字表, 人名用漢字 and what is common on registers, in whole family names. */
export const familyForms = formed(`
  渡辺/渡邊/ワタナベ 渡辺/渡邉/ワタナベ 渡邉/渡邊/ワタナベ 斎藤/齋藤/サイトウ 斎藤/斉藤/サイトウ 斉藤/齊藤/サイトウ
  齋藤/齊藤/サイトウ 高橋/髙橋/タカハシ 山崎/山﨑/ヤマザキ 浜田/濱田/ハマダ 浜田/濵田/ハマダ 沢田/澤田/サワダ
  広瀬/廣瀨/ヒロセ 桜井/櫻井/サクライ 吉田/𠮷田/ヨシダ 国分/國分/コクブ 真田/眞田/サナダ 滝沢/瀧澤/タキザワ
  島田/嶋田/シマダ 島田/嶌田/シマダ 富田/冨田/トミタ 栄田/榮田/サカエダ 関/關/セキ 関口/關口/セキグチ
  会田/會田/アイダ 黒沢/黑澤/クロサワ 塩田/鹽田/シオタ 辺見/邊見/ヘンミ 荘司/莊司/ショウジ 豊田/豐田/トヨダ
  柳田/栁田/ヤナギダ 桑原/桒原/クワバラ 館野/舘野/タテノ 渕上/淵上/フチガミ 薮田/藪田/ヤブタ 船木/舩木/フナキ
  野村/埜村/ノムラ 園田/薗田/ソノダ 峰岸/峯岸/ミネギシ 宝田/寶田/タカラダ 万代/萬代/バンダイ 与田/與田/ヨダ
  来栖/來栖/クルス 条野/條野/ジョウノ 実川/實川/サネカワ 神田/神田/カンダ 三ヶ島/三ケ島/ミカシマ 奥田/奧田/オクダ`)

export const givenForms = formed(`
  恵子/惠子/ケイコ 徳子/德子/ノリコ 寿々/壽々/スズ 弥生/彌生/ヤヨイ 礼子/禮子/レイコ 巌/巖/イワオ 竜也/龍也/タツヤ
  静江/靜江/シズエ 真理/眞理/マリ 栄作/榮作/エイサク 国男/國男/クニオ 広志/廣志/ヒロシ 実/實/ミノル 学/學/マナブ
  彦太/彥太/ヒコタ 清/淸/キヨシ 聡/聰/サトシ 尭/堯/タカシ 薫/薰/カオル 正晃/正晄/マサアキ 遥香/遙香/ハルカ
  一郎/一郞/イチロウ 節/節/セツ 万里/萬里/マリ 桧/檜/ヒノキ 晋/晉/ススム 隆/隆/タカシ 麦/麥/ムギ`)

/** Two given names that are two people: one reading, other characters. */
export const givenTwins = formed(`
  洋子/陽子/ヨウコ 裕子/優子/ユウコ 京子/恭子/キョウコ 純子/順子/ジュンコ 和子/一子/カズコ 由美/裕美/ユミ
  真弓/麻弓/マユミ 健一/賢一/ケンイチ 浩/博/ヒロシ 隆/孝/タカシ 聡/悟/サトシ 茂/滋/シゲル 誠/真/マコト
  明/章/アキラ 翔太/正太/ショウタ 大樹/大輝/ダイキ 美希/美樹/ミキ 愛/藍/アイ 葵/碧/アオイ 蓮/廉/レン
  桜/さくら/サクラ 市朗/一郎/イチロウ 修/治/オサム 進/晋/ススム 俊/駿/シュン 弘子/寛子/ヒロコ 昭子/明子/アキコ
  斉/等/ヒトシ 圭介/啓介/ケイスケ 奈緒/菜緒/ナオ`)

/** Two families. */
export const familyTwins = formed(`
  阿部/安部/アベ 阿部/阿倍/アベ 太田/大田/オオタ 河野/高野/コウノ 川村/河村/カワムラ 坂本/阪本/サカモト
  原/波良/ハラ 古賀/古閑/コガ 菊地/菊池/キクチ 小原/尾原/オハラ 石井/岩井/イシイ 渡部/渡辺/ワタナベ`)

/** One writing, two readings. */
export const readings = formed(`
  裕子/ヒロコ/ユウコ 淳/アツシ/ジュン 真一/シンイチ/マサカズ 幸子/サチコ/ユキコ 大翔/ヒロト/ハルト 智/サトシ/トモ
  順子/ジュンコ/ヨリコ 健/ケン/タケシ 紀子/ノリコ/キコ 望/ノゾミ/ノゾム`)

/** As systems write small kana that have none. */
export const mumbled = (kana: string) =>
  kana.replace(/[ァィゥェォッャュョ]/g, (small) => {
    const at = 'ァィゥェォッャュョ'.indexOf(small)
    return 'アイウエオツヤユヨ'.charAt(at)
  })

const WIDE =
  'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー'
const NARROW = 'ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ'
const VOICED = 'ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ'
const VOICELESS = 'ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎｳ'
const HALF_VOICED = 'パピプペポ'

/** Half-width kana, as official answers have them. */
export const half = (kana: string) =>
  [...kana]
    .map((letter) => {
      if (WIDE.includes(letter)) return NARROW.charAt(WIDE.indexOf(letter))
      if (VOICED.includes(letter)) return `${VOICELESS.charAt(VOICED.indexOf(letter))}ﾞ`
      return HALF_VOICED.includes(letter)
        ? `${'ﾊﾋﾌﾍﾎ'.charAt(HALF_VOICED.indexOf(letter))}ﾟ`
        : letter
    })
    .join('')

// biome-ignore format: a table; one pair a row reads best
export const foreigners: Pair[] = [
  ['foreigner', 'same', 'SMITH JOHN', 'スミス ジョン', 'ＳＭＩＴＨ　ＪＯＨＮ', 'ｽﾐｽ ｼﾞｮﾝ'],
  ['foreigner, case', 'same', 'Smith John', '', 'SMITH JOHN', 'ｽﾐｽ ｼﾞﾖﾝ'],
  ['foreigner in kana', 'same', 'スミス ジョン', '', 'SMITH JOHN', 'ｽﾐｽ ｼﾞﾖﾝ'],
  ['foreigner, dot', 'same', 'スミス・ジョン', '', 'SMITH JOHN', 'ｽﾐｽ ｼﾞﾖﾝ'],
  ['middle name', 'same', 'SMITH JOHN', 'スミス ジョン', 'SMITH JOHN PAUL', 'ｽﾐｽ ｼﾞﾖﾝ ﾎﾟｰﾙ'],
  ['middle name, kana only', 'same', '', 'スミス ジョン', '', 'ｽﾐｽ ｼﾞﾖﾝ ﾎﾟｰﾙ'],
  ['another middle name', 'given-differs', 'SANTOS MARIA ANA', '', 'SANTOS MARIA CLARA', ''],
  ['another given name', 'given-differs', 'SANTOS MARIA', 'サントス マリア', 'SANTOS JOSE', 'ｻﾝﾄｽ ﾎｾ'],
  ['married abroad', 'family-differs', 'SANTOS MARIA', 'サントス マリア', 'SILVA MARIA', 'ｼﾙﾊﾞ ﾏﾘｱ'],
  ['swapped order', 'same', 'JOHN SMITH', '', 'SMITH JOHN', 'ｽﾐｽ ｼﾞﾖﾝ'],
  ['swapped order', 'same', 'ジョン スミス', '', 'SMITH JOHN', 'ｽﾐｽ ｼﾞﾖﾝ'],
  ['swapped order, three parts', 'same', 'JOHN PAUL SMITH', '', 'SMITH JOHN PAUL', ''],
  ['accents', 'same', 'MÜLLER JOSÉ', '', 'MULLER JOSE', ''],
  ['apostrophe', 'same', "O'BRIEN ANNA-MARIA", '', 'OBRIEN ANNA MARIA', ''],
  ['comma', 'same', 'SMITH, JOHN', '', 'SMITH JOHN', ''],
  ['ヴ', 'same', '', 'ブラウン オリビア', 'BROWN OLIVIA', 'ﾌﾞﾗｳﾝ ｵﾘｳﾞｨｱ'],
  ['ヴ, large', 'same', '', 'シルバ デビッド', 'SILVA DAVID', 'ｼﾙｳﾞｱ ﾃﾞｳﾞｲﾂﾄﾞ'],
  ['通称', 'same', '田中 マリア', 'タナカ マリア', 'SANTOS MARIA', 'ｻﾝﾄｽ ﾏﾘｱ', '田中　マリア', 'ﾀﾅｶ ﾏﾘｱ'],
  ['通称, kanji', 'same', '金田 正男', 'カネダ マサオ', '金　正男', 'ｷﾑ ｼﾞﾖﾝﾅﾑ', '金田　正男', 'ｶﾈﾀﾞ ﾏｻｵ'],
  ['official name beside a 通称', 'same', '金 正男', 'キム ジョンナム', '金　正男', 'ｷﾑ ｼﾞﾖﾝﾅﾑ', '金田　正男', 'ｶﾈﾀﾞ ﾏｻｵ'],
  ['通称 after marriage', 'family-differs', '田中 マリア', 'タナカ マリア', 'SANTOS ANA MARIA', 'ｻﾝﾄｽ ｱﾅ ﾏﾘｱ', '鈴木　マリア', 'ｽｽﾞｷ ﾏﾘｱ'],
  ['通称 of another', 'differs', '田中 マリア', 'タナカ マリア', 'SANTOS JOSE', 'ｻﾝﾄｽ ﾎｾ', '佐藤　健', 'ｻﾄｳ ｹﾝ'],
  ['通称 of a sibling', 'given-differs', '金田 正男', 'カネダ マサオ', '金　正哲', 'ｷﾑ ｼﾞﾖﾝﾁﾖﾙ', '金田　正哲', 'ｶﾈﾀﾞ ﾏｻﾃﾂ'],
  ['通称, kana only', 'same', '', 'タナカ マリア', 'SANTOS MARIA', 'ｻﾝﾄｽ ﾏﾘｱ', '', 'ﾀﾅｶ ﾏﾘｱ'],
  ['Latin and kanji say nothing', 'unknown', '陳 大文', '', 'CHEN DAWEN', ''],
]

// biome-ignore format: a table; one pair a row reads best
export const handMade: Pair[] = [
  ['long vowel', 'same', '', 'ヤマダ ユーコ', '', 'ﾔﾏﾀﾞ ﾕｳｺ'],
  ['long vowel', 'same', '', 'ヤマダ ケーコ', '', 'ﾔﾏﾀﾞ ｹｲｺ'],
  ['long vowel', 'same', '', 'オーノ タロー', '', 'ｵｵﾉ ﾀﾛｳ'],
  ['long vowel, other dashes', 'same', '', 'シ－ナ リョ‐コ', '', 'ｼｲﾅ ﾘﾖｳｺ'],
  ['long vowel, other dashes', 'same', '', 'シ−ナ リョ-コ', '', 'ｼｰﾅ ﾘﾖｰｺ'],
  ['long vowel is none', 'family-differs', '', 'オノ タロウ', '', 'ｵｵﾉ ﾀﾛｳ'],
  ['long vowel is none', 'family-differs', '', 'オノ タロウ', '', 'ｵｰﾉ ﾀﾛｳ'],
  ['long vowel is none', 'given-differs', '', 'ヤマダ ユキ', '', 'ﾔﾏﾀﾞ ﾕｳｷ'],
  ['long vowel is none', 'given-differs', '', 'ヤマダ ユミ', '', 'ﾔﾏﾀﾞ ﾕｰﾐ'],
  ['two long vowels', 'family-differs', '', 'コオノ タロウ', '', 'ｺｳﾉ ﾀﾛｳ'],
  ['voiced', 'family-differs', '', 'ヤマサキ タロウ', '', 'ﾔﾏｻﾞｷ ﾀﾛｳ'],
  ['voiced, same kanji', 'same', '山崎 太郎', 'ヤマサキ タロウ', '山﨑　太郎', 'ﾔﾏｻﾞｷ ﾀﾛｳ'],
  ['voiced', 'given-differs', '', 'ヤマダ ケンシ', '', 'ﾔﾏﾀﾞ ｹﾝｼﾞ'],
  ['voiced', 'given-differs', '', 'ヤマダ シュン', '', 'ﾔﾏﾀﾞ ｼﾞﾕﾝ'],
  ['voiced mark apart', 'same', '', 'ヤマタ゛ シ゛ロウ', '', 'ﾔﾏﾀﾞ ｼﾞﾛｳ'],
  ['voiced mark apart', 'same', '', 'ヤマタ\u3099 ハ\u309aオ', '', 'ﾔﾏﾀﾞ ﾊﾟｵ'],
  ['ヂ ヅ', 'same', '', 'カナヅ ミヂオ', '', 'ｶﾅｽﾞ ﾐｼﾞｵ'],
  ['ヲ ヱ ヰ', 'same', '', 'ヰノ スヱ', '', 'ｲﾉ ｽｴ'],
  ['ヲ', 'same', '山田 かをる', '', '山田　かおる', ''],
  ['hiragana', 'same', '', 'やまだ しょうこ', '', 'ﾔﾏﾀﾞ ｼﾖｳｺ'],
  ['hiragana in the name', 'same', '山田 ミドリ', '', '山田　みどり', 'ﾔﾏﾀﾞ ﾐﾄﾞﾘ'],
  ['ゞ', 'same', '山田 いすゞ', '', '山田　いすず', ''],
  ['々', 'same', '佐々木 奈々', '', '佐佐木　奈奈', ''],
  ['variation selector', 'same', '葛\u{e0100}城 一', '', '葛城　一', ''],
  ['spaces within', 'same', ' 山田　　太郎 ', '', '山田　太郎', 'ﾔﾏﾀﾞ ﾀﾛｳ'],
  ['no space, married', 'family-differs', '山田花子', 'ヤマダ ハナコ', '鈴木　花子', 'ｽｽﾞｷ ﾊﾅｺ'],
  ['no space, married, no kana', 'differs', '山田花子', '', '鈴木　花子', ''],
  ['no space, sibling', 'given-differs', '山田花子', 'ヤマダ ハナコ', '山田　太郎', 'ﾔﾏﾀﾞ ﾀﾛｳ'],
  ['no space, stranger', 'differs', '山田花子', 'ヤマダハナコ', '鈴木　太郎', 'ｽｽﾞｷ ﾀﾛｳ'],
  ['no space in kana', 'given-differs', '山田 花子', 'ヤマダハナコ', '山田　太郎', 'ﾔﾏﾀﾞ ﾀﾛｳ'],
  ['swapped order', 'same', '太郎 山田', '', '山田　太郎', ''],
  ['twins', 'given-differs', '山田 太一', 'ヤマダ タイチ', '山田　太二', 'ﾔﾏﾀﾞ ﾀｲｼﾞ'],
  ['twins and ●', 'given-differs', '山田 太一', 'ヤマダ タイチ', '山田　太●', 'ﾔﾏﾀﾞ ﾀｲｼﾞ'],
  ['twins and ● without kana', 'unknown', '山田 太一', 'ヤマダ タイチ', '山田　太●', ''],
  ['● against another', 'family-differs', '渡邉 花子', '', '鈴●　花子', ''],
  ['another family, unreadable given name', 'differs', '渡邉 花子', '', '鈴木　●●', ''],
  ['● of another length', 'given-differs', '渡邉 花子', '', '渡●　子', ''],
  ['〓', 'same', '渡邉 花子', 'ワタナベ ハナコ', '渡〓　花子', 'ﾜﾀﾅﾍﾞ ﾊﾅｺ'],
  ['？', 'same', '渡邉 花子', 'ワタナベ ハナコ', '渡？　花子', 'ﾜﾀﾅﾍﾞ ﾊﾅｺ'],
  ['● on both sides', 'same', '渡● 花子', 'ワタナベ ハナコ', '●邉　花子', 'ﾜﾀﾅﾍﾞ ﾊﾅｺ'],
  ['● in the kana', 'same', '渡邉 花子', 'ワタナベ ハナコ', '渡邉　花子', 'ﾜﾀﾅﾍﾞ ﾊ●ｺ'],
  ['a stranger behind ●', 'differs', '渡邉 花子', 'ワタナベ ハナコ', '●●　●●', 'ｽｽﾞｷ ﾀﾛｳ'],
  ['a given name 斉 is not 斎', 'given-differs', '山田 斉', 'ヤマダ ヒトシ', '山田　斎', 'ﾔﾏﾀﾞ ｲﾂｷ'],
  ['安斎', 'same', '安斉 恵', '', '安齋　惠', ''],
  ['another family, no kanji', 'differs', '', 'ヤマダ ハナコ', '', 'ｽｽﾞｷ ﾀﾛｳ'],
  ['no name', 'unknown', '', '', '山田　花子', 'ﾔﾏﾀﾞ ﾊﾅｺ'],
  ['no answer', 'unknown', '山田 花子', 'ヤマダ ハナコ', '', ''],
  ['kanji and kana only', 'unknown', '山田 花子', '', '', 'ﾔﾏﾀﾞ ﾊﾅｺ'],
  ['parent', 'given-differs', '山田 花子', 'ヤマダ ハナコ', '山田　正', 'ﾔﾏﾀﾞ ﾀﾀﾞｼ'],
  ['parent of another name', 'differs', '山田 花子', 'ヤマダ ハナコ', '鈴木　和', 'ｽｽﾞｷ ﾔﾏﾄ'],
  ['compatibility form', 'same', '大塚 祐一', '', '大\u{fa10}　\u{fa4f}一', ''],
]

import { mix } from './mix.ts';
import { pick } from './product-content.ts';
import type { ReviewRow } from './review-rows.ts';

export const RATE_RESULTS = ['good', 'neutral', 'bad'] as const;

export type RateResult = (typeof RATE_RESULTS)[number];

const WORDS: Record<RateResult, readonly string[]> = {
  good: [
    '面料舒服，做工细致，很满意',
    '物流很快，和图片一致',
    '尺码标准，会回购',
    '老顾客了，质量一如既往',
    '颜色好看，家人很喜欢',
  ],
  neutral: ['还可以，颜色比图片深一点', '质量一般，对得起价格', '发货有点慢，东西还行'],
  bad: ['起球严重，不推荐', '尺码偏小，退货麻烦', '与描述不符'],
};
const REPLIES = ['感谢您的支持，欢迎再次光临！', '很抱歉给您带来不便，客服会尽快联系您。', '您的满意是我们的动力。'];

const SALT = { result: 91, words: 92, reply: 93 };

/** Of twenty reviews seventeen praise and one complains. */
export function resultOf({ seed, index }: ReviewRow): RateResult {
  const n = mix(seed, index, SALT.result) % 20;
  if (n < 17) return 'good';
  return n < 19 ? 'neutral' : 'bad';
}

/** An update adds words of its own. */
export function contentOf(row: ReviewRow): string {
  const words = pick(WORDS[resultOf(row)], mix(row.seed, row.index, SALT.words));
  return row.version === 0 ? words : `${words}（追加${row.version}：穿了几天再来评价）`;
}

/** Two of five seeded reviews have an answer; an updated one always has. */
export function replyOf({ seed, index, version }: ReviewRow): string | undefined {
  const n = mix(seed, index, SALT.reply);
  return version > 0 || n % 5 < 2 ? pick(REPLIES, (n >>> 8) + version) : undefined;
}

import type { Outcome } from './page.ts';

const failed: Outcome = {
  status: 400,
  title: { zh: '授权失败', en: 'Authorization failed' },
  text: {
    zh: '平台没有接受这次授权，请重新发起授权。',
    en: 'The platform did not accept it. Please start the authorization again.',
  },
};

const OUTCOMES: Record<string, Outcome> = {
  connected: {
    status: 200,
    title: { zh: '授权成功', en: 'Connected' },
    text: { zh: '店铺已连接，可以关闭此页面。', en: 'The shop is connected. You can close this page.' },
  },
  denied: {
    status: 403,
    title: { zh: '授权被拒绝', en: 'Authorization denied' },
    text: { zh: '您在平台上拒绝了授权，连接器没有改变。', en: 'You refused on the platform. Nothing has changed.' },
  },
  unknown_state: {
    status: 404,
    title: { zh: '授权链接无效', en: 'Unknown authorization' },
    text: {
      zh: '此授权链接不存在，请重新发起授权。',
      en: 'This authorization was never started here. Please start it again.',
    },
  },
  expired_state: {
    status: 410,
    title: { zh: '授权链接已过期', en: 'Authorization expired' },
    text: {
      zh: '授权链接的有效期已过，请重新发起授权。',
      en: 'It took too long. Please start the authorization again.',
    },
  },
  wrong_shop: {
    status: 409,
    title: { zh: '店铺不一致', en: 'Another shop' },
    text: {
      zh: '授权的账号不是此连接器配置的店铺，连接器没有改变。',
      en: 'The account that agreed is not the shop of this connector. Nothing has changed.',
    },
  },
  app_refused: {
    status: 400,
    title: { zh: '授权失败', en: 'Authorization failed' },
    text: {
      zh: '平台拒绝了应用凭证，请检查连接器的应用 ID 与密钥，再重新发起授权。',
      en: 'The platform refused the app credentials. Check app id and secret of the connector, then start again.',
    },
  },
  platform_away: {
    status: 503,
    title: { zh: '授权未完成', en: 'Authorization not completed' },
    text: {
      zh: '平台暂时没有应答，连接器没有改变。请稍后重新发起授权。',
      en: 'The platform did not answer. Nothing has changed. Please start the authorization again in a while.',
    },
  },
  connector_deleted: {
    status: 410,
    title: { zh: '连接器已删除', en: 'Connector deleted' },
    text: {
      zh: '此连接器已被删除，授权没有保存。',
      en: 'This connector was deleted meanwhile. The authorization was not kept.',
    },
  },
  failed,
};

export const malformedCallback: Outcome = {
  status: 400,
  title: { zh: '请求无效', en: 'Invalid request' },
  text: { zh: '平台返回的地址缺少必要的参数。', en: 'The address the platform sent you to is incomplete.' },
};

export const unavailable: Outcome = {
  status: 503,
  title: { zh: '服务暂时不可用', en: 'Temporarily unavailable' },
  text: { zh: '请稍后刷新此页面。', en: 'Please reload this page in a moment.' },
};

/** An outcome a newer registry names and we do not know is a failure. */
export const outcomeOf = (name: string): Outcome => OUTCOMES[name] ?? failed;

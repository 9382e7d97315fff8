import { readFileSync } from 'node:fs';

type Verifier = {
  verify(secret: string, headers: Record<string, string>, body: Uint8Array, now: number): boolean;
  verifyNolux(secret: string, signature: string, body: Uint8Array): boolean;
};

const [, , cases = '', verifier = ''] = process.argv;
const { verify, verifyNolux } = (await import(verifier)) as Verifier;
const verdicts = readFileSync(cases, 'latin1')
  .split('\n')
  .map((line) => line.split(' ').map((field) => Buffer.from(field, 'base64')))
  .map(([form, secret, id, at, signature, body, now]) =>
    String(form) === 'nolux'
      ? verifyNolux(String(secret), String(signature), body as Buffer)
      : verify(
          String(secret),
          { 'webhook-id': String(id), 'webhook-timestamp': String(at), 'webhook-signature': String(signature) },
          body as Buffer,
          Number(String(now)),
        ),
  );
console.log(verdicts.map((good) => (good ? '+' : '-')).join(''));

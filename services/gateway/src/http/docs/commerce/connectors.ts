import Type from 'typebox';
import { fault, type Operation, refusal } from '../operation.ts';
import { ref, text } from '../shapes.ts';
import { answer, envelope, pageOf } from './envelope.ts';
import {
  CONNECTOR,
  CONNECTOR_HEALTH,
  CONNECTOR_LIST,
  CONNECTOR_TYPES,
  CREATE_CONNECTOR,
  CREATED_CONNECTOR,
  UPDATE_CONNECTOR,
} from './examples.ts';

const tag = 'Connectors';
const one = '/api/v1/connectors/:connector_id';

export const noConnector = refusal('not_found', 'CONNECTOR_NOT_FOUND', '连接器不存在', 'There is no such connector.');

const stale = refusal(
  'stale',
  'REVISION',
  '连接器已被他人修改，请刷新后重试',
  'Somebody changed the connector meanwhile.',
);

export const connectorOperations: Record<string, Operation> = {
  'GET /api/v1/connectors': {
    id: 'listConnectors',
    tag,
    summary: 'List the connectors',
    answer: {
      status: 200,
      description: 'One page of the tenant’s connectors, newest first.',
      schema: envelope(pageOf('ConnectorSummary')),
      examples: { documented: CONNECTOR_LIST },
      headers: ['link'],
    },
  },
  'POST /api/v1/connectors': {
    id: 'createConnector',
    tag,
    summary: 'Create a connector',
    description:
      'Then send the merchant to `auth_url`; the platform brings them back and the connector is `connected`.',
    requests: { documented: CREATE_CONNECTOR },
    answer: {
      status: 201,
      description: 'It waits for its authorisation.',
      schema: envelope(ref('CreatedConnector'), 201),
      examples: { documented: CREATED_CONNECTOR },
    },
    refusals: [
      refusal('quota', 'QUOTA_003', '连接器数量已达订阅方案上限', 'The plan allows no more connectors.'),
      refusal('conflict', 'CONNECTOR_001', '该平台店铺已存在连接器', 'The tenant has a connector of this shop.'),
      fault('sync_interval_minutes', '不能小于该平台的最小同步间隔 5 分钟', 'The platform does not take the fields.'),
    ],
  },
  'GET /api/v1/connectors/types': {
    id: 'listConnectorTypes',
    tag,
    summary: 'List the platforms and what they ask for',
    answer: {
      status: 200,
      description: 'Every platform that can be connected.',
      schema: envelope(Type.Array(ref('ConnectorType'))),
      examples: { documented: CONNECTOR_TYPES },
    },
  },
  [`GET ${one}`]: {
    id: 'getConnector',
    tag,
    summary: 'Read a connector',
    answer: {
      status: 200,
      description: 'The connector with what its syncs brought.',
      schema: envelope(ref('Connector')),
      examples: { documented: CONNECTOR },
      headers: ['etag'],
    },
    refusals: [noConnector],
  },
  [`PUT ${one}`]: {
    id: 'updateConnector',
    tag,
    summary: 'Change a connector',
    description:
      'Only the fields that are given. A masked identifier keeps what is stored. New app credentials need `…/authorize` again.',
    requests: { documented: UPDATE_CONNECTOR },
    ifMatch: true,
    answer: {
      status: 200,
      description: 'The connector as it is now.',
      schema: envelope(ref('Connector')),
      examples: { documented: CONNECTOR },
      headers: ['etag'],
    },
    refusals: [
      noConnector,
      stale,
      fault('sync_interval_minutes', '不能小于该平台的最小同步间隔 5 分钟', 'The platform does not take the fields.'),
    ],
  },
  [`DELETE ${one}`]: {
    id: 'deleteConnector',
    tag,
    summary: 'Delete a connector',
    description: 'Its credentials and webhooks go with it; what was synced stays readable.',
    ifMatch: true,
    answer: { status: 204, description: 'It is gone.' },
    refusals: [noConnector, stale],
  },
  [`GET ${one}/health`]: {
    id: 'getConnectorHealth',
    tag,
    summary: 'Check the health of a connector',
    answer: {
      status: 200,
      description:
        '`unknown` before it is authorised, `degraded` near a limit, `unhealthy` without platform or authorisation.',
      schema: envelope(ref('Health')),
      examples: { documented: CONNECTOR_HEALTH },
    },
    refusals: [noConnector],
  },
  [`POST ${one}/pause`]: {
    id: 'pauseConnector',
    tag,
    summary: 'Pause a connector',
    description:
      'Nothing syncs until it is resumed; tasks under way wait. Its `status` is `connected`, its `status_reason` `paused`. Again changes nothing.',
    answer: {
      status: 200,
      description: 'The connector as it is now.',
      schema: envelope(ref('Connector')),
      examples: { paused: answer({ ...CONNECTOR.data, status: 'connected', status_reason: 'paused' }) },
    },
    refusals: [
      noConnector,
      refusal(
        'conflict',
        'CONNECTOR_NOT_AUTHORIZED',
        '连接器没有有效的授权，没有可暂停的同步',
        'It is not authorised: nothing syncs.',
      ),
    ],
  },
  [`POST ${one}/resume`]: {
    id: 'resumeConnector',
    tag,
    summary: 'Resume a connector',
    description: 'Ends a pause, also one after too many failures. A connector that is not paused stays as it is.',
    answer: {
      status: 200,
      description: 'The connector as it is now.',
      schema: envelope(ref('Connector')),
      examples: { resumed: answer({ ...CONNECTOR.data, status: 'connected' }) },
    },
    refusals: [noConnector],
  },
  [`POST ${one}/authorize`]: {
    id: 'authorizeConnector',
    tag,
    summary: 'Begin the authorisation again',
    description: 'For a connector that is pending, expired or revoked, or whose app credentials changed.',
    answer: {
      status: 200,
      description: 'A fresh address for the merchant, good for 10 minutes and one use.',
      schema: envelope(Type.Object({ auth_url: text({ format: 'uri' }) })),
      examples: { fresh: answer({ auth_url: 'https://oauth.taobao.com/authorize?...' }) },
    },
    refusals: [noConnector],
  },
};

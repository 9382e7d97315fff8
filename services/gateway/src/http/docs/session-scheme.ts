/** The token of a person, as every family of theirs takes it. */
export const sessionScheme = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'The token that `POST /api/auth/login` answers.',
};

/** Where the program runs. */
export const Environment = {
  DEVELOPMENT: 'development',
  TESTING: 'testing',
  STAGING: 'staging',
  PRODUCTION: 'production',
} as const;
/** One of the values of the constant of the same name. */
export type Environment = (typeof Environment)[keyof typeof Environment];

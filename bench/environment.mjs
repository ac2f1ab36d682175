/**
 * What processes that are measured get from the environment: everything but what makes Node itself do more. Certificates
 * of a machine's own, for one, are read at each start, which takes 80 ms of CPU time where there are many.
 */
export const ENVIRONMENT = { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: '' };

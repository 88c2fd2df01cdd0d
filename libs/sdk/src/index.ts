export { AgionError } from './errors.js';

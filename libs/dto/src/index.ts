export { decodeCursor, encodeCursor } from './cursor.js';
export { PageQueryDto } from './page.dto.js';
export { InputFaultDto, ProblemDto } from './problem.dto.js';

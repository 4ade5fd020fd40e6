// What draws charts, by itself: it is fetched with the first chart, and the desk does without it.

import 'uplot/dist/uPlot.min.css';

export { default } from 'uplot';

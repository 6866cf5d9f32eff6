import { render } from 'preact';
import { App } from './app.js';
import { applyTheme, storedTheme } from './theme.js';
import 'uplot/dist/uPlot.min.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/rollout.css';

applyTheme(storedTheme());
const root = document.getElementById('app');
if (root !== null) render(<App />, root);

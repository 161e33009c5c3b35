import './kit/tokens.css';
import './kit/base.css';
import './kit/controls.css';
import './kit/parts.css';
import './kit/steps.css';
import './kit/table.css';
import './kit/layout.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);

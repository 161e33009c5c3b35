import { QueryClientProvider } from '@tanstack/react-query';
import { Component, lazy, Suspense, useState, type ComponentType, type ReactNode } from 'react';
import { Route, Router, Switch } from 'wouter';
import { newQueryClient } from './api/index.js';
import { ButtonLink, Empty, ErrorState, Loading, Page, useT } from './kit/index.js';
import { Layout } from './layout.js';
import { Login } from './pages/login/index.js';
import { PreferencesProvider, SessionProvider, useSession } from './session/index.js';

const page = (load: () => Promise<{ readonly Page: ComponentType }>) =>
  lazy(async () => ({ default: (await load()).Page }));

const Overview = page(() => import('./pages/overview/index.js'));
const Sessions = page(() => import('./pages/sessions/index.js'));
const Start = page(() => import('./pages/start/index.js'));
const Approval = page(() => import('./pages/approval/index.js'));
const Reports = page(() => import('./pages/reports/index.js'));
const Trends = page(() => import('./pages/trends/index.js'));
const Datasets = page(() => import('./pages/datasets/index.js'));
const Partners = page(() => import('./pages/partners/index.js'));
const Budget = page(() => import('./pages/budget/index.js'));
const Audit = page(() => import('./pages/audit/index.js'));
const Exports = page(() => import('./pages/exports/index.js'));
const Upkeep = page(() => import('./pages/upkeep/index.js'));
const Settings = page(() => import('./pages/settings/index.js'));

/** The console: whoever is logged in sees its pages, anyone else the way in. */
export function App(): ReactNode {
  const [client] = useState(newQueryClient);
  return (
    <QueryClientProvider client={client}>
      <PreferencesProvider>
        <SessionProvider>
          <Router base="/console">
            <Inside />
          </Router>
        </SessionProvider>
      </PreferencesProvider>
    </QueryClientProvider>
  );
}

function Inside(): ReactNode {
  const { state, ask } = useSession();
  if (state.is === 'asking') return <Waiting />;
  if (state.is === 'unreachable') {
    return (
      <main className="login">
        <ErrorState error={state.error} onRetry={ask} />
      </main>
    );
  }
  if (state.is !== 'in') return <Login />;
  return (
    <Layout>
      <Pages />
    </Layout>
  );
}

function Waiting(): ReactNode {
  return (
    <main className="login">
      <Loading lines={3} />
    </main>
  );
}

/** A page that takes its parts from the path, such as `/sessions/:id`, reads them with `useParams` of wouter. */
function Pages(): ReactNode {
  return (
    <Guard>
      <Suspense fallback={<Loading lines={6} />}>
        <Switch>
          <Route path="/" component={Overview} />
          <Route path="/sessions" component={Sessions} />
          <Route path="/sessions/start" component={Start} />
          <Route path="/sessions/:id/approve" component={Approval} />
          <Route path="/sessions/:id" component={Sessions} />
          <Route path="/reports" component={Reports} />
          <Route path="/reports/:id" component={Reports} />
          <Route path="/trends" component={Trends} />
          <Route path="/datasets" component={Datasets} />
          <Route path="/datasets/:id" component={Datasets} />
          <Route path="/partners" component={Partners} />
          <Route path="/partners/:id" component={Partners} />
          <Route path="/agreements/:id" component={Partners} />
          <Route path="/budget" component={Budget} />
          <Route path="/audit" component={Audit} />
          <Route path="/exports" component={Exports} />
          <Route path="/schedules" component={Upkeep} />
          <Route path="/alarms" component={Upkeep} />
          <Route path="/settings" component={Settings} />
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </Guard>
  );
}

function NotFound(): ReactNode {
  const t = useT();
  return (
    <Page title={t('shell.notFound.title')}>
      <Empty
        title={t('shell.notFound.what')}
        action={<ButtonLink href="/">{t('shell.notFound.next')}</ButtonLink>}
      >
        {t('shell.notFound.why')}
      </Empty>
    </Page>
  );
}

/** Shows a page that failed as an error, and leaves the rest of the console standing. */
class Guard extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}

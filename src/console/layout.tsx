import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { BrandMark } from './brand.js';
import type { ApiProblem } from './api/index.js';
import { Button, ErrorState, Name, useT } from './kit/index.js';
import { isWithin, placesOf } from './navigation.js';
import { PreferenceChoices } from './preference-choices.js';
import { useCaller, useSession } from './session/index.js';

/** What stands around every page: where one can go, and who one is. */
export function Layout({ children }: { readonly children: ReactNode }): ReactNode {
  const t = useT();
  const [path] = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  // The menu of the phone belongs to the page it was opened on.
  const isOpen = openAt === path;
  useHeadingFocus(path);
  return (
    <div className={isOpen ? 'shell shell-open' : 'shell'}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <header className="bar">
        <Link href="/" className="brand">
          <BrandMark />
          Vesica
        </Link>
        <span className="bar-menu">
          <button
            type="button"
            className="button button-small"
            aria-expanded={isOpen}
            aria-controls="menu"
            onClick={() => setOpenAt(isOpen ? null : path)}
          >
            {isOpen ? t('shell.menu.close') : t('shell.menu')}
          </button>
        </span>
      </header>
      <div className="side" id="menu">
        <Navigation path={path} />
        <Person />
      </div>
      <main id="main" className="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Navigation({ path }: { readonly path: string }): ReactNode {
  const t = useT();
  const { role } = useCaller();
  return (
    <nav className="nav" aria-label={t('shell.nav')}>
      {placesOf(role).map(({ label, places }) => (
        <div key={label} className="nav-group">
          <p className="nav-label" id={label}>
            {t(label)}
          </p>
          <ul aria-labelledby={label}>
            {places.map(({ href, label: name }) => (
              <li key={href}>
                <Link
                  href={href}
                  className="nav-link"
                  aria-current={isWithin(path, href) ? 'page' : undefined}
                >
                  {t(name)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Person(): ReactNode {
  const t = useT();
  const { name, role } = useCaller();
  const { leave } = useSession();
  const [isLeaving, setIsLeaving] = useState(false);
  const [error, setError] = useState<ApiProblem | null>(null);
  const logOut = async (): Promise<void> => {
    setIsLeaving(true);
    setError(await leave());
    setIsLeaving(false);
  };
  return (
    <section className="person" aria-label={t('shell.person')}>
      <p className="person-name">
        <Name>{name}</Name>
        <span className="person-role">{t(`shell.role.${role}`)}</span>
      </p>
      <PreferenceChoices />
      <Button onClick={() => void logOut()} busy={isLeaving}>
        {t('shell.logout')}
      </Button>
      {error === null ? null : <ErrorState error={error} />}
    </section>
  );
}

/** Another page: its heading takes the focus, so that what follows is read and the next tab is in it. */
function useHeadingFocus(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
}

import type { EngineReport } from './engines.js';
import type { NetworkReport } from './network.js';
import type { PeersReport } from './peers.js';
import { barChart, lineChart } from './plot.js';
import { readResult } from './result-files.js';
import type { ScaleReport } from './scale.js';

/** Gives the SVG, or `undefined` when the runs that it shows have not been made. */
type Plot = (resultsFolder: string) => string | undefined;

/** By name of the file in `bench/plots`, without `.svg`. */
export const PLOTS: Readonly<Record<string, Plot>> = {
  engines: (folder) => {
    const report = readResult(folder, 'engines') as EngineReport | undefined;
    if (report === undefined) return undefined;
    const shown = report.results.filter(({ operation }) =>
      ['multiply', 'hashAndMultiply'].includes(operation),
    );
    return barChart({
      title: 'One element of the group, one thread',
      unit: 'microseconds of processor time (logarithmic)',
      bars: [
        ...shown.map(({ engine, operation, microsecondsPerElement }) => ({
          label: `${engine} ${operation}`,
          value: microsecondsPerElement,
        })),
        ...(report.x25519Microseconds === null
          ? []
          : [{ label: 'OpenSSL X25519', value: report.x25519Microseconds }]),
      ],
    });
  },
  peers: (folder) => {
    const report = readResult(folder, 'peers-large') as PeersReport | undefined;
    if (report === undefined) return undefined;
    return barChart({
      title: 'One pair of keys, by the ways to intersect two lists',
      unit: 'microseconds of processor time of both parties (logarithmic)',
      bars: report.results.map(({ method, microsecondsPerPair }) => ({
        label: method,
        value: microsecondsPerPair,
      })),
    });
  },
  scale: (folder) => {
    const report = readResult(folder, 'scale') as ScaleReport | undefined;
    if (report === undefined) return undefined;
    return lineChart({
      title: 'What an element costs as lists grow',
      xUnit: 'keys of each list',
      yUnit: 'an element',
      series: [
        {
          label: 'microseconds of processor',
          points: report.results.map(({ size, microsecondsPerElement }) => ({
            x: size,
            y: microsecondsPerElement,
          })),
        },
        {
          label: 'bytes of memory',
          points: report.results.map(({ size, memoryBytesPerElement }) => ({
            x: size,
            y: memoryBytesPerElement,
          })),
        },
      ],
    });
  },
  network: (folder) => {
    const report = readResult(folder, 'network') as NetworkReport | undefined;
    if (report === undefined) return undefined;
    return barChart({
      title: 'A session over slower links, beside what the link itself would take',
      unit: 'seconds (logarithmic)',
      bars: report.results.flatMap(({ link, session, floorLinkSeconds }) => [
        { label: `${link.name}: session`, value: session.wallSeconds },
        { label: `${link.name}: link`, value: floorLinkSeconds },
      ]),
    });
  },
};

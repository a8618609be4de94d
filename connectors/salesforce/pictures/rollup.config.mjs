/* Bundles the component with stand-ins for what only a Salesforce page has, so that it can be looked at without one. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import lwc from '@lwc/rollup-plugin';

const here = dirname(fileURLToPath(import.meta.url));
const bundles = join(here, '../force-app/main/default/lwc');
const stubs = join(here, 'stubs');

const modules = [
    ...readdirSync(bundles).map((name) => ({
        name: `c/${name}`,
        path: join(bundles, name, name + (name === 'commissionStyle' ? '.css' : '.js'))
    })),
    { dir: stubs }
];
const given = {
    lwc: join(here, '../node_modules/@lwc/engine-dom/dist/index.js'),
    '@salesforce/user/Id': join(stubs, 'user.js'),
    '@salesforce/i18n/currency': join(stubs, 'currency.js')
};

export default {
    input: join(here, 'page.js'),
    output: {
        file: join(here, '../node_modules/.pictures/page.js'),
        format: 'iife',
        banner: "globalThis.process = { env: { NODE_ENV: 'production' } };"
    },
    plugins: [{ name: 'given', resolveId: (id) => given[id] ?? null }, lwc({ modules, rootDir: here })]
};

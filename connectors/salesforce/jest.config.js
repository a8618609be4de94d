const { jestConfig } = require('@salesforce/sfdx-lwc-jest/config');

module.exports = {
    ...jestConfig,
    maxWorkers: 1,
    moduleNameMapper: {
        // A bundle of nothing but a style sheet, which the preset does not look for.
        '^c/commissionStyle$': '<rootDir>/force-app/main/default/lwc/commissionStyle/commissionStyle.css'
    },
    testMatch: ['**/__tests__/**/*.test.js']
};

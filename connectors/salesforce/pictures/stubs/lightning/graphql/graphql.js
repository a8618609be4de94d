import { answers } from '../../../answers.js';

export const gql = (parts, ...more) => String.raw({ raw: parts }, ...more);

/** Answers every question at once with the made-up records of the picture. */
export class graphql {
    constructor(said) {
        this.said = said;
    }

    connect() {}

    disconnect() {}

    update({ variables }) {
        this.said({ data: answers(variables), errors: undefined });
    }
}

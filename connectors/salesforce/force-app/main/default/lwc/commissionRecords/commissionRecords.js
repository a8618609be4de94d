/**
 * Reads statements and lines. The wire adapter answers with what the viewer's sharing and field permissions allow, and
 * with nothing else: there is no Apex, and nothing here decides who may see what.
 *
 * Amounts are passed on as the records state them. Nothing is added up or rounded.
 */
import CURRENCY from '@salesforce/i18n/currency';
import { gql } from 'lightning/graphql';

/** How many lines are read; the related list has them all. */
export const LINES_MAX = 500;

const NO_ACCESS = 'Ask your Salesforce administrator for the permission set Tallystick_Payee.';

/* Optional fields are left out of the answer where the viewer may not read them, or the org does not have them:
   CurrencyIsoCode is only in orgs with several currencies. */
const LINE_FIELDS = `
    Id
    Amount__c { value }
    CurrencyIsoCode @optional { value }
    Component__c @optional { value }
    Kind__c @optional { value }
    Dated_On__c @optional { value }
    Reason__c @optional { value }
    Why_Not_More__c @optional { value }
    Projected__c { value }
    Next_Tier_Amount__c @optional { value }
    Status__c { value }
    As_Of__c @optional { value }
    Opportunity__c @optional { value }
    Opportunity__r @optional { Name { value } }
    Statement__r { Id Period__c { value } Status__c { value } }`;

/** The viewer's newest statements, without their lines. Variables: payee. */
export const STATEMENTS = gql`
    query commissionStatements($payee: ID!) {
        uiapi {
            query {
                Commission_Statement__c(
                    where: { Payee__c: { eq: $payee }, Status__c: { ne: "Withdrawn" } }
                    orderBy: { Period__c: { order: DESC } }
                    first: 50
                ) {
                    edges {
                        node {
                            Id
                            Period__c { value }
                            Plan__c @optional { value }
                            CurrencyIsoCode @optional { value }
                        }
                    }
                }
            }
        }
    }
`;

/** A statement with its lines. Variables: statement. */
export const STATEMENT = gql`
    query commissionStatement($statement: ID!) {
        uiapi {
            query {
                Commission_Statement__c(where: { Id: { eq: $statement } }, first: 1) {
                    edges {
                        node {
                            Id
                            Period__c { value }
                            Plan__c @optional { value }
                            Status__c { value }
                            CurrencyIsoCode @optional { value }
                            Payee__r @optional { Name @optional { value } }
                            Earned__c @optional { value }
                            Payable__c @optional { value }
                            Held__c @optional { value }
                            Carried_Forward__c @optional { value }
                            Paid__c @optional { value }
                            Attainment__c @optional { value }
                            As_Of__c @optional { value }
                            Summary__c @optional { value }
                            Curve__c @optional { value }
                            Would_Take__c @optional { value }
                        }
                    }
                }
                Commission_Line__c(
                    where: { Statement__c: { eq: $statement } }
                    orderBy: { Dated_On__c: { order: DESC, nulls: LAST } }
                    first: ${LINES_MAX}
                ) {
                    edges { node { ${LINE_FIELDS} } }
                    pageInfo { hasNextPage }
                }
            }
        }
    }
`;

/** What a deal pays one person. Variables: deal, payee. */
export const LINES_OF_DEAL = gql`
    query commissionOfDeal($deal: ID!, $payee: ID!) {
        uiapi {
            query {
                Commission_Line__c(
                    where: { Opportunity__c: { eq: $deal }, Payee__c: { eq: $payee } }
                    orderBy: { Dated_On__c: { order: DESC, nulls: LAST } }
                    first: ${LINES_MAX}
                ) {
                    edges { node { ${LINE_FIELDS} } }
                    pageInfo { hasNextPage }
                }
            }
        }
    }
`;

/** The statements of an answer. */
export function statementsIn(data) {
    return nodes(data, 'Commission_Statement__c').map(statement);
}

/** The lines of an answer. */
export function linesIn(data) {
    return nodes(data, 'Commission_Line__c').map(line);
}

/** Whether there are lines beyond those of the answer. */
export function hasMoreLines(data) {
    return Boolean(data.uiapi.query.Commission_Line__c.pageInfo?.hasNextPage);
}

/** Why nothing was read, in Salesforce's words, and what helps. */
export function whyNot(errors) {
    const said = [...new Set(errors.map(({ message }) => message).filter(Boolean))];
    return { said: said.join(' '), remedy: NO_ACCESS };
}

function nodes(data, name) {
    return data.uiapi.query[name].edges.map(({ node }) => node);
}

function statement(node) {
    return {
        id: node.Id,
        period: text(node.Period__c),
        plan: text(node.Plan__c),
        status: text(node.Status__c),
        currency: currency(node),
        payee: text(node.Payee__r?.Name),
        earned: value(node.Earned__c),
        payable: value(node.Payable__c),
        held: value(node.Held__c),
        carriedForward: value(node.Carried_Forward__c),
        paid: value(node.Paid__c),
        attainment: value(node.Attainment__c),
        asOf: text(node.As_Of__c),
        summary: text(node.Summary__c),
        curve: text(node.Curve__c),
        wouldTake: text(node.Would_Take__c)
    };
}

function line(node) {
    const deal = text(node.Opportunity__c);
    return {
        id: node.Id,
        amount: value(node.Amount__c),
        currency: currency(node),
        component: text(node.Component__c),
        kind: text(node.Kind__c),
        datedOn: text(node.Dated_On__c),
        reason: text(node.Reason__c),
        whyNotMore: text(node.Why_Not_More__c),
        projected: value(node.Projected__c) === true,
        nextTierAmount: value(node.Next_Tier_Amount__c),
        vanished: text(node.Status__c) === 'Vanished',
        asOf: text(node.As_Of__c),
        deal: text(node.Opportunity__r?.Name),
        dealUrl: deal && `/lightning/r/Opportunity/${encodeURIComponent(deal)}/view`,
        period: text(node.Statement__r?.Period__c),
        statementStatus: text(node.Statement__r?.Status__c)
    };
}

/** In an org with one currency no record names it: it is the viewer's. */
function currency(node) {
    return text(node.CurrencyIsoCode) || CURRENCY;
}

/** Undefined where the record says nothing, or not to this viewer; 0 is something. */
function value(field) {
    return field?.value ?? undefined;
}

function text(field) {
    return field?.value || undefined;
}

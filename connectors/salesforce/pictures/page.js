import { createElement } from 'lwc';
import CommissionStatement from 'c/commissionStatement';
import { DEALS } from './answers.js';

function shown(values) {
    const element = createElement('c-commission-statement', { is: CommissionStatement });
    Object.assign(element, values);
    document.body.append(element);
}

if (window.location.hash === '#deal') {
    DEALS.forEach((recordId) => shown({ recordId, objectApiName: 'Opportunity' }));
} else {
    shown({});
}
// For tests: a page that is wider than its window cuts off amounts on a telephone.
window.requestAnimationFrame(() => {
    document.body.dataset.beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth;
});

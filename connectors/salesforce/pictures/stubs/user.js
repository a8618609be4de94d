export default '005000000000001AAA';

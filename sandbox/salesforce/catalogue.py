"""The standard objects, one line a field, written from the published object reference.

An object's line: name, key prefix, labels, flags (`setup`, `money`,
`history`). A field's line: name, type, flags.
Flags: `required`; `ro` never writable; `create` writable on insert only; `name` titles the record; `unique`;
`ext` external id; `restricted` picklist; `cascade` child of a master; `rel=` relationship; `default=`.
"""

STANDARD = """
Organization 00D Organization,Organizations setup
  Name string(80) name ro
  TimeZoneSidKey picklist(40) ro
  FiscalYearStartMonth int ro
  UsesStartDateAsFiscalYearName boolean ro
  IsSandbox boolean ro
  OrganizationType picklist(40) ro
  DefaultCurrencyIsoCode picklist(3) ro
  InstanceName string(5) ro
Profile 00e Profile,Profiles setup
  Name string(255) name ro
  UserType picklist(40) ro
UserRole 00E Role,Roles setup
  Name string(80) name required
  DeveloperName string(80)
  ParentRoleId reference(UserRole)
User 005 User,Users setup
  Username string(80) required
  FirstName string(40)
  LastName string(80)
  Name string(121) name ro
  Alias string(8)
  Email email(128)
  IsActive boolean default=true
  Title string(80)
  Department string(80)
  Division string(80)
  EmployeeNumber string(20)
  ManagerId reference(User)
  UserRoleId reference(UserRole)
  ProfileId reference(Profile)
  UserType picklist(40) ro
  DelegatedApproverId reference(User)
  TimeZoneSidKey picklist(40)
  LocaleSidKey picklist(40)
  DefaultCurrencyIsoCode picklist(3)
  ForecastEnabled boolean
Account 001 Account,Accounts money
  MasterRecordId reference(Account) ro
  Name string(255) name required
  Type picklist(255) =Prospect|Customer - Direct|Customer - Channel|Partner|Other
  ParentId reference(Account)
  BillingStreet textarea(255)
  BillingCity string(40)
  BillingState string(80)
  BillingPostalCode string(20)
  BillingCountry string(80)
  BillingAddress address ro
  Phone phone(40)
  Website url(255)
  AccountNumber string(40)
  Industry picklist(255) =Agriculture|Banking|Education|Energy|Finance|Healthcare|Manufacturing|Retail|Technology|Other
  AnnualRevenue currency(18,0)
  NumberOfEmployees int
  Sic string(20)
  AccountSource picklist(255)
  Description textarea(32000)
  OwnerId reference(User) owner
  LastActivityDate date ro
Product2 01t Product,Products money
  Name string(255) name required
  ProductCode string(255)
  Description textarea(4000)
  IsActive boolean default=true
  Family picklist(255)
  QuantityUnitOfMeasure picklist(255)
Pricebook2 01s Price Book,Price Books
  Name string(255) name required
  IsActive boolean default=true
  IsStandard boolean ro
PricebookEntry 01u Price Book Entry,Price Book Entries money
  Name string(255) name ro
  Pricebook2Id reference(Pricebook2) create
  Product2Id reference(Product2) create required
  UnitPrice currency(18,2) required
  IsActive boolean default=true
  ProductCode string(255) ro
Contract 800 Contract,Contracts money
  AccountId reference(Account) required
  ContractNumber string(30) name ro number={00000000}
  StartDate date
  EndDate date
  ContractTerm int
  Status picklist(255) default=Draft =Draft|In Approval Process|Activated
  StatusCode picklist(40) ro
  OwnerId reference(User) owner
  ActivatedDate datetime
  CustomerSignedDate date
  Pricebook2Id reference(Pricebook2)
  Description textarea(32000)
OpportunityStage 01J Opportunity Stage,Opportunity Stages setup
  MasterLabel string(255) name ro
  ApiName string(255) ro
  IsActive boolean ro
  IsClosed boolean ro
  IsWon boolean ro
  ForecastCategory picklist(40) ro
  ForecastCategoryName picklist(255) ro
  DefaultProbability percent(3,0) ro
  SortOrder int ro
Opportunity 006 Opportunity,Opportunities money
  AccountId reference(Account)
  IsPrivate boolean
  Name string(120) name required
  Description textarea(32000)
  StageName picklist(255) required
  Amount currency(18,2)
  Probability percent(3,0)
  ExpectedRevenue currency(18,2) ro
  TotalOpportunityQuantity double(18,2)
  CloseDate date required
  Type picklist(255) =New Customer|Existing Customer - Upgrade|Existing Customer - Downgrade|Renewal
  NextStep string(255)
  LeadSource picklist(255) =Web|Phone Inquiry|Partner Referral|Purchased List|Other
  IsClosed boolean ro
  IsWon boolean ro
  ForecastCategory picklist(40) ro restricted =Omitted|Pipeline|BestCase|MostLikely|Forecast|Closed
  ForecastCategoryName picklist(255) =Omitted|Pipeline|Best Case|Commit|Closed
  CampaignId string(18)
  HasOpportunityLineItem boolean ro
  Pricebook2Id reference(Pricebook2)
  OwnerId reference(User) owner
  ContractId reference(Contract)
  Fiscal string(6) ro
  FiscalYear int ro
  FiscalQuarter int ro
  LastActivityDate date ro
  LastStageChangeDate datetime ro
OpportunityLineItem 00k Opportunity Product,Opportunity Products money
  OpportunityId reference(Opportunity) create required cascade
  SortOrder int
  PricebookEntryId reference(PricebookEntry) create
  Product2Id reference(Product2) create
  ProductCode string(255) ro
  Name string(376) name ro
  Quantity double(18,2) required
  TotalPrice currency(18,2)
  UnitPrice currency(18,2)
  ListPrice currency(18,2) ro
  ServiceDate date
  Description string(255)
OpportunitySplitType 1DE Opportunity Split Type,Opportunity Split Types setup
  MasterLabel string(80) name ro
  DeveloperName string(80) ro
  SplitEntity picklist(40) ro
  SplitField picklist(40) ro
  IsTotalValidated boolean ro
  IsActive boolean ro
OpportunitySplit 1DS Opportunity Split,Opportunity Splits money
  Split string(30) name ro number=OS-{000000}
  OpportunityId reference(Opportunity) create required cascade
  SplitOwnerId reference(User) create required
  SplitPercentage percent(5,2)
  SplitAmount currency(18,2) ro
  SplitTypeId reference(OpportunitySplitType) create
  SplitNote string(255)
OpportunityTeamMember 00q Opportunity Team Member,Opportunity Team Members money
  OpportunityId reference(Opportunity) create required cascade
  UserId reference(User) create required
  Name string(361) name ro
  TeamMemberRole picklist(40)
  OpportunityAccessLevel picklist(40) default=Read
AccountTeamMember 01M Account Team Member,Account Team Members money
  AccountId reference(Account) create required cascade
  UserId reference(User) create required
  TeamMemberRole picklist(40)
  AccountAccessLevel picklist(40) ro
ForecastingQuota 0J9 Forecasting Quota,Forecasting Quotas money
  QuotaOwnerId reference(User) create required
  StartDate date create required
  QuotaAmount currency(18,2)
  IsAmount boolean default=true
  IsQuantity boolean
  ForecastingTypeId string(18)
OpportunityHistory 008 Opportunity: Stage Change,Opportunity: Stage Changes money
  OpportunityId reference(Opportunity) ro cascade
  StageName picklist(255) ro
  Amount currency(18,2) ro
  ExpectedRevenue currency(18,2) ro
  CloseDate date ro
  Probability percent(3,0) ro
  ForecastCategory picklist(40) ro
  PrevAmount currency(18,2) ro
  PrevCloseDate date ro
OpportunityFieldHistory 017 Opportunity: Field History,Opportunity: Field History history
  OpportunityId reference(Opportunity) ro cascade
  Field picklist(255) ro
  DataType picklist(40) ro
  OldValue string(255) ro
  NewValue string(255) ro
CurrencyType 01L Currency Type,Currency Types setup
  IsoCode picklist(3) name required
  ConversionRate double(18,6) required
  DecimalPlaces int required
  IsActive boolean default=true
  IsCorporate boolean ro
DatedConversionRate 04w Dated Conversion Rate,Dated Conversion Rates setup
  IsoCode picklist(3) required
  StartDate date required
  NextStartDate date ro
  ConversionRate double(18,6) required
EntityDefinition 4ie Entity Definition,Entity Definitions setup
  QualifiedApiName string(70) name ro
  Label string(80) ro
  InternalSharingModel picklist(40) ro
UserRecordAccess 0uR User Record Access,User Record Accesses setup
  UserId reference(User) ro
  RecordId string(18) ro
  HasReadAccess boolean ro
PermissionSet 0PS Permission Set,Permission Sets setup
  Name string(80) name required
  Label string(80) required
  Description string(255)
  IsOwnedByProfile boolean ro
  ProfileId reference(Profile) ro
PermissionSetAssignment 0Pa Permission Set Assignment,Permission Set Assignments setup
  PermissionSetId reference(PermissionSet) create required
  AssigneeId reference(User) create required
  IsActive boolean ro default=true
FieldPermissions 01k Field Permissions,Field Permissions setup
  ParentId reference(PermissionSet) create required
  SobjectType picklist(40) create required
  Field picklist(80) create required
  PermissionsRead boolean
  PermissionsEdit boolean
ObjectPermissions 110 Object Permissions,Object Permissions setup
  ParentId reference(PermissionSet) create required
  SobjectType picklist(40) create required
  PermissionsRead boolean
  PermissionsCreate boolean
  PermissionsEdit boolean
  PermissionsDelete boolean
  PermissionsViewAllRecords boolean
  PermissionsModifyAllRecords boolean
"""

"""The customers of src/Host/Sample/CustomerGenerator.cs, computed by the same rule in numpy.

Every value is a hash of seed, customer, field and version. Only additions, multiplications and rounding down are used,
in the same order as in C#, so both give the same bits; a test of Host.Tests compares first-rows.csv with the C# rows.
"""
import datetime
import numpy as np

FIELDS = ['Deleted', 'Changed', 'MissingKey', 'InfiniteRevenue', 'Signup', 'Country', 'Plan', 'IsBusiness', 'Domain', 'Age', 'AgeMissing',
          'Activity', 'Engagement', 'Orders', 'Basket', 'BasketTail', 'Discount', 'Tickets', 'TicketBase', 'LastOrder', 'NeverOrdered', 'Balance']
COUNTRIES = ['US', 'DE', 'GB', 'FR', 'BR', 'IN', 'ES', 'IT', 'NL', 'PL', 'SE', 'JP']
COUNTRY_LIMITS = [0.24, 0.38, 0.49, 0.58, 0.66, 0.74, 0.80, 0.86, 0.90, 0.94, 0.97, 1.0]
PLANS = ['free', 'basic', 'pro', 'enterprise']
PLAN_LIMITS = [0.45, 0.75, 0.93, 1.0]
DOMAIN_COUNT = 4000
FIRST_DAY = datetime.date(2026, 11, 1)
FIRST_DAY_NUMBER = (FIRST_DAY - datetime.date(1970, 1, 1)).days


def mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def draw(seed, ids, field, version=0):
    """Numbers in [0, 1), one per customer."""
    number = np.uint64(FIELDS.index(field) + 1)
    with np.errstate(over='ignore'):
        salt = (number * np.uint64(65536) + np.uint64(version) + np.uint64(1)) * np.uint64(0xD1342543DE82EF95)
        h = mix(mix(ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)) + salt)
    return (h >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))


def first_day(seed, ids):
    """The columns of day one for these customers, without planted faults. Missing values: None or NaN."""
    d = lambda field: draw(seed, ids, field)
    is_business = d('IsBusiness') < 0.18
    engagement = (0.65 * d('Activity')) + (0.35 * d('Engagement'))
    orders = (14.0 * engagement * engagement * (0.4 + (0.6 * d('Orders')))).astype(np.int64)
    tail = d('BasketTail')
    fourth = tail * tail * tail * tail
    basket = np.floor((10.0 + (25.0 * d('Basket')) + (400.0 * fourth * fourth)) * 100.0) / 100.0
    u = d('Discount')
    discount = np.floor(450.0 * u * u) / 1000.0
    u = d('Signup')
    signup = FIRST_DAY_NUMBER - 30 - (2600.0 * u * u).astype(np.int64)
    u = d('LastOrder')
    seconds_ago = np.where(orders > 0, (90.0 * 86400.0 * u / (1.0 + orders)).astype(np.int64), ((90.0 + (500.0 * u)) * 86400.0).astype(np.int64))
    last_order = np.maximum(FIRST_DAY_NUMBER * 86400 - seconds_ago, signup * 86400).astype(np.float64)
    last_order[(orders == 0) & (d('NeverOrdered') < 0.15)] = np.nan
    u = d('Age')
    age = (18 + (60.0 * u * (0.4 + (0.6 * u))).astype(np.int64)).astype(np.float64)
    age[d('AgeMissing') < 0.08] = np.nan
    u = d('Tickets')
    tickets = (6.0 * (u * u * u * u * u) + (0.8 * d('TicketBase'))).astype(np.int64)
    u = d('Plan')
    plan = np.searchsorted(PLAN_LIMITS, np.where(is_business, 0.35 + (0.65 * u), u), side='right')
    u = d('Domain')
    return {
        'customer_id': ids,
        'signup_day': signup,
        'last_order_seconds': last_order,
        'country': np.searchsorted(COUNTRY_LIMITS, d('Country'), side='right'),
        'plan': plan,
        'age': age,
        'orders_90d': orders,
        'revenue_90d': np.floor(orders * basket * (1.0 - discount) * 100.0) / 100.0,
        'avg_basket': np.where(orders > 0, basket, np.nan).astype(np.float32),
        'support_tickets': tickets,
        'discount_share': discount.astype(np.float32),
        'is_business': is_business,
        'balance': np.floor(np.where(is_business, 200_000.0, 20_000.0) * (d('Balance') - 0.25)) / 100.0,
        'domain': (DOMAIN_COUNT * (u * u * u)).astype(np.int64),
        'visits_30d': (70.0 * engagement * engagement * engagement).astype(np.int64),
    }

"""As CLDR writes Kyrgyz dates: 2020-ж., 9-октябрь."""

DATE_FORMAT = "Y-ж., j-F"
DATETIME_FORMAT = "Y-ж., j-F H:i"
YEAR_MONTH_FORMAT = "Y-ж., F"

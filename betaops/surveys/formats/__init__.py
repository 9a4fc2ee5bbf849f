"""Responses as files hold them: sheets, workbooks, SPSS. Pure."""

"""Who does this secret belong to?"""

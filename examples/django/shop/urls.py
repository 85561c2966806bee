from django.urls import path

from . import views

urlpatterns = [path("", views.home), path("theme/<str:name>", views.theme)]

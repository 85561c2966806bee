class SessionsController < ApplicationController
  def create
    user = User.authenticate_by(email: params[:email], password: params[:password])
    return redirect_to(login_path, alert: "Try again.") unless user

    reset_session
    session[:user_id] = user.id
    cookies.permanent.signed[:remember_token] = { value: user.remember_token, httponly: true } if params[:remember]
    redirect_to root_path
  end

  def destroy
    reset_session
    cookies.delete(:remember_token)
    redirect_to root_path
  end
end
